"""Data that come in batches: what a `Dataset`, a `PyDataset` or a generator gives is looked at before a step sees it.

A batch is looked at where it is made, in the input pipeline, beside the training. One that a model cannot take stops
`fit` in a sentence, and no step is taken on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, Self

import keras
import numpy as np
import tensorflow as tf
from scipy import sparse

from zoo.checks import UsageError
from zoo.ops.keras_internals import DataAdapter

# Takes samples, targets and weights, as arrays or as None, and raises `UsageError` where these cannot be used.
Check = Callable[[Any, Any, Any], Any]


class Stream(DataAdapter):
    """Keras's adapter of data, of which each batch is looked at before it is used.

    Args:
        adapter: Keras's own.
        shapes: Looks at the batches' shapes, None where a size is not known, before the first one comes.
        check: Looks at a batch; None where the data have been looked at as a whole.
        weighed: Whether the pairs are samples and weights, without targets.
        shared: Whether several replicas share each batch.
    """

    def __init__(
        self,
        adapter: DataAdapter,
        shapes: Check,
        check: Check | None,
        weighed: bool = False,
        shared: bool = False,
    ) -> None:
        self.adapter = adapter
        self.shapes = shapes
        self.check = check
        self.weighed = weighed
        self.shared = shared
        self.fault: UsageError | None = None

    def get_tf_dataset(self) -> Any:
        """Returns the batches; those that replicas have got already are as they were."""
        dataset = self.adapter.get_tf_dataset()
        if not isinstance(dataset, tf.data.Dataset):
            return dataset
        self.shapes(*self._parts(dataset.element_spec))
        batches = dataset.map(self._looked_at)
        return Shared(batches) if self.shared else batches

    @property
    def num_batches(self) -> int | None:
        """The batches of an epoch, if that is known."""
        return self.adapter.num_batches

    @property
    def batch_size(self) -> int | None:
        """Rows a batch, likewise."""
        return self.adapter.batch_size

    @property
    def has_partial_batch(self) -> bool | None:
        """Whether the last batch is smaller, likewise."""
        return self.adapter.has_partial_batch

    @property
    def partial_batch_size(self) -> int | None:
        """The rows of the last batch, if it is smaller."""
        return self.adapter.partial_batch_size

    def on_epoch_begin(self) -> None:
        """Passes on that an epoch begins."""
        self.adapter.on_epoch_begin()

    def on_epoch_end(self) -> None:
        """Passes on that an epoch has ended."""
        self.adapter.on_epoch_end()

    def _parts(self, data: Any) -> tuple[Any, Any, Any]:
        """Returns samples, targets and weights."""
        x, y, weight = keras.utils.unpack_x_y_sample_weight(data)
        return (x, None, y) if self.weighed else (x, y, weight)

    def _looked_at(self, *data: Any) -> tuple[Any, ...]:
        parts, check = self._parts(data), self.check
        if check is None:
            return self._packed(*parts)
        leaves = tf.nest.flatten(parts)
        widths = [3 if isinstance(leaf, tf.SparseTensor) else int(leaf is not None) for leaf in leaves]

        def look(*arrays: np.ndarray) -> np.ndarray:
            rest = iter(arrays)
            found = [_whole([next(rest) for _ in range(width)]) for width in widths]
            try:
                check(*tf.nest.pack_sequence_as(parts, found))
            except UsageError as fault:
                self.fault = fault
            return np.array(self.fault is None)

        tensors = [part for part in tf.nest.flatten(parts, expand_composites=True) if part is not None]
        usable = tf.numpy_function(look, tensors, tf.bool)
        # TensorFlow logs what a function of Python's raises, traceback and all; an assertion it does not.
        with tf.control_dependencies([tf.debugging.Assert(usable, ["a batch cannot be used"])]):
            return self._packed(*tf.nest.map_structure(lambda leaf: None if leaf is None else tf.identity(leaf), parts))

    def _packed(self, x: Any, y: Any, weight: Any) -> tuple[Any, ...]:
        """Returns what `train_step` takes; a None stands only where weights follow it."""
        if weight is None:
            return (x,) if y is None else (x, y)
        return x, y, weight


class Shared(tf.distribute.DistributedDataset):
    """Batches that several replicas share: all of them see the whole batch, and take their parts where steps are taken.

    Keras would have TensorFlow distribute them, who knows nothing of unequal parts.
    """

    class Batches:
        """A pass over them."""

        def __init__(self, dataset: tf.data.Dataset) -> None:
            self.iterator = iter(dataset)

        def __iter__(self) -> Shared.Batches:
            """Returns itself."""
            return self

        def __next__(self) -> Any:
            """Returns the next batch, with None for what Keras's adapters mark as missing."""
            missing = tf.experimental.Optional
            parts = next(self.iterator)
            return tf.nest.map_structure(lambda part: None if isinstance(part, missing) else part, parts)

    def __init__(self, dataset: tf.data.Dataset) -> None:
        self.dataset = dataset

    def __iter__(self) -> Iterator[Any]:
        """Begins a pass."""
        return Shared.Batches(self.dataset)

    @property
    def element_spec(self) -> Any:
        """What batches look like."""
        return self.dataset.element_spec


class Own(NamedTuple):
    """What one of several workers has of a batch.

    Attributes:
        rows: Its rows.
        start: How many rows of the batch others have before them.
        total: How many the batch has; all workers have all of them if there are fewer than workers.
    """

    rows: Any
    start: Any
    total: Any


class Distributed(DataAdapter, tf.distribute.DistributedDataset):
    """Batches that for Keras are distributed already: a subclass says how many there are, and begins passes."""

    def get_tf_dataset(self) -> Self:
        """Returns what Keras begins a pass over."""
        return self

    @property
    def element_spec(self) -> Any:
        """What batches look like, for whom they are distributed by TensorFlow; these are not."""
        return None

    @property
    def num_batches(self) -> int:
        """The batches of an epoch."""
        return len(self)

    @property
    def batch_size(self) -> int | None:
        """Rows a batch; None where these are not always as many."""
        return None

    @property
    def has_partial_batch(self) -> bool | None:
        """Whether the last batch is smaller; None where that is not known."""
        return None

    @property
    def partial_batch_size(self) -> int | None:
        """The rows of the last batch, likewise."""
        return None


class Sharded(Distributed):
    """Batches of which each of several workers has rows of its own, and knows which rows of the batch they are.

    Args:
        dataset: Of the form of `Own`, of a known length.
    """

    class Batches:
        """A pass over them."""

        def __init__(self, dataset: tf.data.Dataset) -> None:
            self.iterator = iter(dataset)

        def __iter__(self) -> Sharded.Batches:
            """Returns itself."""
            return self

        def __next__(self) -> Any:
            """Returns this worker's rows of the next batch, which is what Keras looks at."""
            return self.own().rows

        def own(self) -> Own:
            """Returns what is this worker's of the next batch."""
            return Own(*next(self.iterator))

    def __init__(self, dataset: tf.data.Dataset) -> None:
        self.dataset = dataset

    def __len__(self) -> int:
        return len(self.dataset)

    def __iter__(self) -> Iterator[Any]:
        """Begins a pass."""
        return Sharded.Batches(self.dataset)


@contextmanager
def answers(*given: Any) -> Iterator[None]:
    """Raises what a stream found fault with in the place of TensorFlow's error."""
    try:
        yield
    except tf.errors.OpError:
        for stream in given:
            if isinstance(stream, Stream) and stream.fault is not None:
                raise stream.fault from None
        raise


def _whole(parts: list[np.ndarray]) -> Any:
    """Returns a tensor's array; of a sparse one's three its rows, compressed."""
    if len(parts) < 3:
        return parts[0] if parts else None
    (rows, columns), values, shape = parts[0].T, *parts[1:]
    return sparse.csr_array((values, (rows, columns)), shape=tuple(shape))
