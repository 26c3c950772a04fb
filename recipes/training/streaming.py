"""Samples that are read from disk while they train: what `fit` has to know of them, and the batches made of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from zoo import UsageError, replicating
from zoo.streams import Sharded

AHEAD = 2  # batches that are read before they are needed
LEAST = 16  # samples that a worker has of a batch that is shared: one at least for each of its devices


class Share(NamedTuple):
    """What one of several workers has of a batch.

    Attributes:
        x: Its samples, shape `(n, *shape)`, float32.
        start: How many samples of the batch others have before them.
        total: How many the batch has.
    """

    x: np.ndarray
    start: int
    total: int


class Streamed(ABC):
    """Training samples on disk, of which a few are held in memory.

    Attributes:
        held: Those that are held, shape `(n, *shape)`, float32: what models adapt to and measures look at.
        checksum: Of all of them, so that a run does not go on with others.
        fault: What has been found wrong while they were read.
    """

    held: np.ndarray
    checksum: str
    fault: UsageError | None = None

    @abstractmethod
    def __len__(self) -> int:
        """Returns how many there are."""

    @abstractmethod
    def only(self, label: str, held: np.ndarray) -> Streamed:
        """Returns those with a label alone, and of these the ones that are held."""

    @abstractmethod
    def ends(self, size: int) -> np.ndarray:
        """Returns how many samples have been seen after each batch of an epoch, for batches of so many samples."""

    @abstractmethod
    def shares(self, size: int, seed: int, epoch: int, worker: int = 0, workers: int = 1) -> Iterator[Share]:
        """Yields what a worker has of each batch of an epoch; what all have is the same for any number of workers.

        Where a batch has but a few samples for each of them, all have all of it.

        Args:
            size: Samples a batch.
            seed: Gives the order, with the epoch.
            epoch: Its number.
            worker: The worker's number, from 0.
            workers: How many there are.

        Raises:
            UsageError: If a file is not what it was.
        """

    def batches(
        self,
        size: int,
        seed: int,
        epoch: tf.Variable,
        augment: Callable[[tf.Tensor, tf.Tensor], tf.Tensor] | None = None,
        strategy: tf.distribute.Strategy | None = None,
    ) -> Any:
        """Returns what `fit` of a model takes: an epoch of batches, read beside the training.

        Args:
            size: Samples a batch.
            seed: Gives the order, with the epoch.
            epoch: The epoch that comes next, an int64 scalar.
            augment: From a batch and a seed, shape `(2,)`, to the batch to train on.
            strategy: Where the model trains: of several workers each reads its own samples.
        """
        worker, workers = replicating.worker(strategy)
        steps = len(self.ends(size))

        def read() -> Iterator[tuple[Any, ...]]:
            try:
                yield from map(tuple, self.shares(size, seed, int(epoch), worker, workers))
            except UsageError as fault:  # TensorFlow would log it with its traceback
                self.fault = fault

        def augmented(step: tf.Tensor, share: Any) -> Any:
            x, start, total = share
            ends = [[start, total - start - tf.shape(x)[0]], *[[0, 0]] * (len(x.shape) - 1)]
            # As a part of the whole batch, whose other samples do not count, but have draws of their own.
            changed = augment(tf.pad(x, ends), tf.stack([seed * steps + step, epoch])) if augment else x
            return changed[start : start + tf.shape(x)[0]], start, total

        number = tf.TensorSpec((), tf.int32)
        samples = tf.TensorSpec((None, *self.held.shape[1:]), tf.float32)
        shares = tf.data.Dataset.from_generator(read, output_signature=(samples, number, number))
        if augment:
            shares = tf.data.Dataset.zip(tf.data.Dataset.range(steps), shares).map(augmented)
        shares = shares.apply(tf.data.experimental.assert_cardinality(steps)).prefetch(AHEAD)
        return Sharded(shares) if workers > 1 else shares.map(lambda x, start, total: x)


def own(total: int, worker: int, workers: int) -> slice:
    """Returns which of so many samples are a worker's; all of them where there are too few to be shared."""
    if total < LEAST * workers:
        return slice(0, total)
    return slice(total * worker // workers, total * (worker + 1) // workers)


def order(samples: int, seed: int, epoch: int, number: int = 0) -> np.ndarray:
    """Returns the numbers of samples in the order of an epoch, which is that of samples in memory.

    Args:
        samples: How many there are.
        seed: Gives the order, with the epoch.
        epoch: Its number.
        number: Of the lot, where there are several, each of which is shuffled alone.
    """
    with tf.device("CPU"):
        seeds = tf.constant([seed + (number << 32), epoch], tf.int64)
        return tf.random.experimental.stateless_shuffle(tf.range(samples), seed=seeds).numpy()
