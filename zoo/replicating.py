"""Steps by several replicas, on one machine or many, that are the step of one device on the same batch.

Keras's own way fails on several machines (`train_function` hands `strategy.run`'s values of each replica to a plain
function), and where it works, it is not the same step: replicas draw the same noise for other samples, parts of unequal
size weigh alike, and the last batch may leave a replica without a row, whose loss then is no number.

Here every replica is given the whole batch and takes its part of the rows; see `zoo/ops/replicas.py`. Whether Keras can
do without by now is asked by `tests/zoo/test_replicating.py`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from zoo.ops import draws, keras_internals, replicas

CHUNK = 1 << 22  # bytes that go from one worker to the others at a time


def replicated(model: keras.Model) -> bool:
    """Says whether a model was built within a strategy, be it of a single replica."""
    return keras_internals.strategy(model) is not None


def elsewhere(model: keras.Model) -> bool:
    """Says whether a model was built within a strategy that is not the one here."""
    return replicated(model) and keras_internals.strategy(model) is not tf.distribute.get_strategy()


def worker(strategy: tf.distribute.Strategy | None) -> tuple[int, int]:
    """Returns the number of this worker among several machines', from 0, and how many there are."""
    if not isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy):
        return 0, 1
    resolver = strategy.cluster_resolver
    counts = {kind: len(addresses) for kind, addresses in resolver.cluster_spec().as_dict().items()}
    chiefs = counts.get("chief", 0)  # who come first
    before = chiefs if resolver.task_type == "worker" else 0
    return before + (resolver.task_id or 0), max(1, chiefs + counts.get("worker", 0))


def stepper(model: keras.Model, step: Callable[[Any], Any]) -> Callable[..., None]:
    """Returns what takes a step on a batch, in a graph: `take(data, few, place=None)`.

    Each worker gives the whole batch, or its own rows alone and their place: how many rows others have before them,
    and how many the batch has. With fewer rows than replicas each of these takes the whole batch, as if it were alone;
    metrics count that once.

    Args:
        model: The model.
        step: Its `train_step`, or its `test_step`. What it returns is left: `measured` reads the metrics.
    """
    strategy = model.distribute_strategy
    count = strategy.num_replicas_in_sync
    here = count // worker(strategy)[1]

    def of_part(data: Any, place: tuple[Any, Any] | None) -> None:
        me, found = tf.distribute.get_replica_context().replica_id_in_sync_group, rows(data)
        mine = replicas.parts(me, count, found) if place is None else replicas.parts(me % here, here, found)
        start, total = place or (0, found)
        with replicas.seeing(mine._replace(start=start + mine.start, total=total)):
            step(_mapped(mine.of, data))

    def of_all(data: Any) -> None:
        variables = [variable for metric in model.metrics for variable in metric.variables]
        before = [tf.identity(variable) for variable in variables]
        with replicas.seeing(None):
            step(data)
        for variable, value in zip(variables, before, strict=True):
            variable.assign(value + (variable - value) / count)

    def take(data: Any, few: bool, place: tuple[Any, Any] | None = None) -> None:
        data = _mapped(_of_any_count, data)
        with draws.of_whole_batches():
            strategy.run(lambda: of_all(data) if few else of_part(data, place))

    return take


def measured(model: keras.Model) -> Callable[[], dict[str, tf.Tensor]]:
    """Returns what reads the metrics of all replicas; all workers must ask for them at once."""

    def read() -> dict[str, tf.Tensor]:
        with model.distribute_strategy.scope():
            return model.get_metrics_result()

    @functools.cache
    def graph() -> Callable[[], dict[str, tf.Tensor]]:
        return tf.function(read, autograph=False).get_concrete_function()

    return lambda: graph()()


def from_chief(strategy: tf.distribute.Strategy, content: bytes) -> bytes:
    """Returns what the chief of several workers says; all of them must ask at once.

    Args:
        strategy: What connects them; the first replica is the chief's.
        content: What this worker would say.
    """
    if not isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy):
        return content

    @tf.function(autograph=False, input_signature=[tf.TensorSpec((None,), tf.float32)])
    def told(values: tf.Tensor) -> tf.Tensor:
        def summed() -> tf.Tensor:
            here = tf.distribute.get_replica_context()
            said = tf.where(tf.equal(here.replica_id_in_sync_group, 0), values, tf.zeros_like(values))
            return here.all_reduce(tf.distribute.ReduceOp.SUM, said)

        return strategy.experimental_local_results(strategy.run(summed))[0]

    def passed(numbers: np.ndarray) -> np.ndarray:
        return told(tf.constant(numbers, tf.float32)).numpy().astype("uint8")

    length = int.from_bytes(passed(np.frombuffer(len(content).to_bytes(8, "big"), "uint8")).tobytes(), "big")
    mine = np.resize(np.frombuffer(content, "uint8"), length) if content else np.zeros(length, "uint8")
    return b"".join(passed(mine[i : i + CHUNK]).tobytes() for i in range(0, length, CHUNK))


def number_from_chief(strategy: tf.distribute.Strategy, number: int) -> int:
    """Returns the chief's number of several workers' numbers, likewise."""
    return int(from_chief(strategy, str(number).encode()))


def _of_any_count(values: Any) -> Any:
    """Returns a batch's tensor with rows of which the graph does not know how many: by that draws find their axis."""
    if not isinstance(values, tf.Tensor):
        return values
    return tf.compat.v1.placeholder_with_default(values, [None, *values.shape[1:]])


def _mapped(change: Callable[[Any], Any], data: Any) -> Any:
    return tuple(map(change, data)) if isinstance(data, tuple) else change(data)


def rows(data: Any) -> Any:
    """Returns how many rows a batch has, a scalar."""
    first = data[0] if isinstance(data, tuple) else data
    if isinstance(first, tf.SparseTensor):
        return tf.cast(first.dense_shape[0], tf.int32)
    return tf.shape(first)[0]
