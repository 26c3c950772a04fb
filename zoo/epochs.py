"""Epochs in the graph: training on arrays whose batches are made where the steps are taken.

A step that runs next to tf.data's iterator loses a core now and then, and each return to Python costs. Here the data
lie in memory, an epoch is an order of their rows, and one compiled function gathers rows and takes steps, as many as
there is time for before somebody wants to see how it goes. How many are taken at a time changes no bit.

Keras's `fit` stays as it is: it lets a person bring a data adapter, and `Epochs` is one; and it takes its steps by the
model's `train_function`, which `stepper` makes.
"""

from __future__ import annotations

import functools
import itertools
import time
from collections.abc import Callable, Iterator
from typing import Any

import keras
import tensorflow as tf

from zoo import replicating
from zoo.streams import Distributed, Own, Sharded, Shared

# From the rows' numbers, a seed that no other batch of the training has, and tensors, to what `train_step` takes.
Make = Callable[..., Any]
# The least and the greatest seconds between two returns to Python, where nobody asks for each step, and the most steps.
SECONDS = (0.1, 0.4)
MOST = 128


class Epochs(Distributed):
    """Rows whose batches are made in the graph, in an order known from (seed, epoch).

    For Keras it is distributed among replicas already: where there are several, `stepper` sees to that.

    Args:
        make: Makes a batch, in a graph: from the rows' numbers, shape `(batch,)`, a seed of its own, shape `(2,)`, and
            `tensors`, to what `train_step` takes. A model compiles its step once for each function.
        rows: How many there are.
        batch_size: Rows a batch; the last one has what is left.
        seed: Gives with the epoch the order of the rows, and each batch's seed.
        epoch: The epoch that comes next, an int64 scalar.
        tensors: What `make` takes besides; of any number of rows without compiling anew.
        shuffle: Whether the order is another one in each epoch, or always that of the rows.
        ahead: Whether steps may be taken before Keras asks for them.
    """

    def __init__(
        self,
        make: Make,
        rows: int,
        batch_size: int,
        *,
        seed: int = 0,
        epoch: tf.Variable | None = None,
        tensors: tuple[tf.Tensor, ...] = (),
        shuffle: bool = True,
        ahead: bool = False,
    ) -> None:
        self.make = make
        self.rows = rows
        self.size = batch_size
        self.seed = seed
        self.epoch = tf.Variable(0, dtype=tf.int64, trainable=False) if epoch is None else epoch
        self.tensors = tensors
        self.shuffle = shuffle
        self.ahead = ahead
        self.pace = 1

    def __len__(self) -> int:
        """The batches of an epoch."""
        return -(-self.rows // self.size)

    def __iter__(self) -> Iterator[Any]:
        """Begins a pass over the rows."""
        return Pass(self)

    def order(self) -> tf.Tensor:
        """Returns the rows' numbers in the order of the epoch that comes next, shape `(rows,)`."""
        rows = tf.range(self.rows)
        if not self.shuffle:
            return rows
        seeds = [tf.constant(self.seed, tf.int64), self.epoch]
        return tf.random.experimental.stateless_shuffle(rows, seed=seeds)

    @property
    def batch_size(self) -> int:
        """Rows a batch."""
        return self.size

    @property
    def has_partial_batch(self) -> bool:
        """Whether the last batch is smaller."""
        return self.rows % self.size > 0

    @property
    def partial_batch_size(self) -> int | None:
        """The rows of the last batch, if it is smaller."""
        return self.rows % self.size or None


class Pass:
    """One pass over the rows of an `Epochs`."""

    def __init__(self, epochs: Epochs) -> None:
        self.epochs = epochs
        self.asked = self.done = 0
        self.logs: Any = None

    @functools.cached_property
    def order(self) -> tf.Tensor:
        """The rows' numbers, shape `(rows,)`; known when the first batch is asked for, and its epoch with it."""
        return self.epochs.order()

    @functools.cached_property
    def seeds(self) -> tf.Tensor:
        """The seed and the epoch, shape `(2,)`, likewise."""
        return tf.stack([tf.constant(self.epochs.seed, tf.int64), self.epochs.epoch])

    def __iter__(self) -> Pass:
        """Returns itself."""
        return self

    def __next__(self) -> Any:
        """Returns the next batch, outside any graph."""
        if self.done == len(self.epochs):
            raise StopIteration
        self.asked = self.done = self.done + 1
        index = self.order[(self.done - 1) * self.epochs.size : self.done * self.epochs.size]
        seed = tf.stack([self.seeds[0] * len(self.epochs) + self.done - 1, self.seeds[1]])
        return self.epochs.make(index, seed, *self.epochs.tensors)

    def take(self, steps: int, run: Callable[..., Any]) -> Any:
        """Sees to it that so many steps more are taken, and returns what the last one taken says.

        Args:
            steps: How many Keras asks for.
            run: Takes steps; as `_compiled` returns it.
        """
        epochs = self.epochs
        self.asked = min(self.asked + steps, len(epochs))
        while self.done < self.asked:
            end = min(max(self.asked, self.done + epochs.pace), len(epochs))
            numbers = [tf.constant(number, tf.int64) for number in (len(epochs), epochs.size, self.done, end)]
            began = time.perf_counter()
            self.logs = run(self.order, self.seeds, *numbers, *epochs.tensors)
            self.done = end
            if epochs.ahead:
                epochs.pace = _next_pace(epochs.pace, time.perf_counter() - began)
        return self.logs


def stepper(model: keras.Model, step: Callable[[Any], Any], fallback: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Returns a `train_function`, or a `test_function`: in the graph for passes of an `Epochs`, as Keras's for others.

    Args:
        model: The model.
        step: Its `train_step`, or its `test_step`.
        fallback: Keras's own function.
    """
    compiled: dict[Any, Callable[..., Any]] = {}
    several = replicating.replicated(model)
    of_stream = _of_stream(model, step) if several else None

    def function(batches: Any) -> Any:
        if of_stream and isinstance(batches, (Shared.Batches, Sharded.Batches)):
            return of_stream(batches)
        if not isinstance(batches, Pass):
            return fallback(batches)
        epochs = batches.epochs
        specs = tuple(tf.TensorSpec((None, *tensor.shape[1:]), tensor.dtype) for tensor in epochs.tensors)
        if (epochs.make, specs) not in compiled:
            compiled[epochs.make, specs] = (
                _by_replicas(model, step, epochs.make, specs)
                if several
                else _compiled(step, epochs.make, specs, model.jit_compile)
            )
        if several and epochs.ahead:  # by the clock workers would go different ways
            epochs.ahead, epochs.pace = False, MOST
        return batches.take(model.steps_per_execution, compiled[epochs.make, specs])

    return function


def _by_replicas(model: keras.Model, step: Callable[[Any], Any], make: Make, specs: tuple[Any, ...]) -> Callable:
    """Returns what `_compiled` does, for a model of several replicas: a call of TensorFlow's for each step."""
    take, logs = replicating.stepper(model, step), replicating.measured(model)
    signature = (tf.TensorSpec((None,), tf.int32), tf.TensorSpec((2,), tf.int64), *specs)

    @functools.cache
    def one(few: bool) -> Callable:
        def taken(index: tf.Tensor, seed: tf.Tensor, *tensors: tf.Tensor) -> None:
            take(make(index, seed, *tensors), few)

        return tf.function(taken, input_signature=signature, autograph=False).get_concrete_function()

    def run(
        order: tf.Tensor,
        seeds: tf.Tensor,
        steps: tf.Tensor,
        size: tf.Tensor,
        begin: tf.Tensor,
        end: tf.Tensor,
        *tensors: tf.Tensor,
    ) -> Any:
        for number in range(int(begin), int(end)):
            index, seed = _of_step(number, order, seeds, steps, size)
            few = len(index) < model.distribute_strategy.num_replicas_in_sync
            one(few)(index, seed, *tensors)
        return logs()

    return run


def _of_stream(model: keras.Model, step: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Returns what takes steps on batches that come, whole or each worker's own rows of them, by several replicas."""
    take, logs = replicating.stepper(model, step), replicating.measured(model)
    one = tf.function(take, autograph=False, reduce_retracing=True)

    def run(batches: Shared.Batches | Sharded.Batches) -> Any:
        done = 0
        found = iter(batches.own, None) if isinstance(batches, Sharded.Batches) else batches
        for data in itertools.islice(found, model.steps_per_execution):
            rows = data.rows if isinstance(data, Own) else data
            count = int(replicating.rows(rows))
            if isinstance(data, Own) and count < int(data.total):
                one(rows, few=False, place=(data.start, data.total))
            else:
                one(rows, few=count < model.distribute_strategy.num_replicas_in_sync)
            done += 1
        if not done:
            raise StopIteration
        return logs()

    return run


def _compiled(step: Callable[[Any], Any], make: Make, specs: tuple[tf.TensorSpec, ...], jit: bool) -> Callable:
    """Returns what takes the steps from `begin` to `end` of an epoch, and returns the last one's logs."""
    one = tf.function(step, autograph=False, reduce_retracing=True, jit_compile=jit)
    number = tf.TensorSpec((), tf.int64)
    signature = (tf.TensorSpec((None,), tf.int32), tf.TensorSpec((2,), tf.int64), *[number] * 4, *specs)

    @tf.function(input_signature=signature, autograph=False)
    def run(
        order: tf.Tensor,
        seeds: tf.Tensor,
        steps: tf.Tensor,
        size: tf.Tensor,
        begin: tf.Tensor,
        end: tf.Tensor,
        *tensors: tf.Tensor,
    ) -> Any:
        def batch(number: tf.Tensor) -> Any:
            return make(*_of_step(number, order, seeds, steps, size), *tensors)

        # Of the first batch only the form is used, to know what a step returns.
        logs = one.get_concrete_function(batch(begin)).structured_outputs
        nothing = tf.nest.map_structure(lambda spec: tf.zeros([size or 0 for size in spec.shape], spec.dtype), logs)
        _, logs = tf.while_loop(
            lambda number, _: number < end,
            lambda number, _: (number + 1, one(batch(number))),
            (begin, nothing),
            shape_invariants=(begin.shape, tf.nest.map_structure(lambda spec: spec.shape, logs)),
            parallel_iterations=1,
        )
        return logs

    return run.get_concrete_function()  # once: TensorFlow warns of functions that it traces as often as it calls them


def _of_step(number: Any, order: tf.Tensor, seeds: tf.Tensor, steps: tf.Tensor, size: tf.Tensor) -> tuple[Any, Any]:
    """Returns the rows' numbers and the seed of a step of an epoch."""
    return order[number * size : (number + 1) * size], tf.stack([seeds[0] * steps + number, seeds[1]])


def _next_pace(pace: int, seconds: float) -> int:
    """Returns how many steps to take before the next return to Python, after so many have taken so long."""
    if seconds < SECONDS[0]:
        return min(2 * pace, MOST)
    return max(pace // 2, 1) if seconds > SECONDS[1] else pace
