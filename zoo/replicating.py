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


def stepper(model: keras.Model, step: Callable[[Any], Any]) -> Callable[[Any, bool], None]:
    """Returns what takes a step on a batch, in a graph; it is given the whole batch, and whether that has few rows.

    With fewer rows than replicas each of them takes the whole batch, as if it were alone; metrics count that once.

    Args:
        model: The model.
        step: Its `train_step`, or its `test_step`. What it returns is left: `measured` reads the metrics.
    """
    strategy = model.distribute_strategy
    count = strategy.num_replicas_in_sync

    def of_part(data: Any) -> None:
        me = tf.distribute.get_replica_context().replica_id_in_sync_group
        part = replicas.parts(me, count, rows(data))
        with replicas.seeing(part):
            step(_mapped(part.of, data))

    def of_all(data: Any) -> None:
        variables = [variable for metric in model.metrics for variable in metric.variables]
        before = [tf.identity(variable) for variable in variables]
        with replicas.seeing(None):
            step(data)
        for variable, value in zip(variables, before, strict=True):
            variable.assign(value + (variable - value) / count)

    def take(data: Any, few: bool) -> None:
        with draws.of_whole_batches():
            strategy.run(lambda: (of_all if few else of_part)(data))

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


def _mapped(change: Callable[[Any], Any], data: Any) -> Any:
    return tuple(map(change, data)) if isinstance(data, tuple) else change(data)


def rows(data: Any) -> Any:
    """Returns how many rows a batch has, a scalar."""
    first = data[0] if isinstance(data, tuple) else data
    if isinstance(first, tf.SparseTensor):
        return tf.cast(first.dense_shape[0], tf.int32)
    return tf.shape(first)[0]
