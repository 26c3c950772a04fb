"""Batches of an array or of a sparse table, in an order known from (seed, epoch)."""

from collections.abc import Callable

import numpy as np
import tensorflow as tf
from scipy import sparse

from recipes.training.rows import gatherer


def batches_of(
    x: np.ndarray | sparse.csr_array,
    batch_size: int,
    seed: int,
    epoch: tf.Variable,
    augment: Callable[[tf.Tensor, tf.Tensor], tf.Tensor] | None = None,
    densify: bool = True,
) -> tf.data.Dataset:
    """Gathers rows of one constant by shuffled index: cheaper than shuffling rows, and known from (seed, epoch)."""
    gather = gatherer(x, sparse=not densify)
    count = x.shape[0]
    steps = -(-count // batch_size)

    def one_epoch(_: tf.Tensor) -> tf.data.Dataset:
        order = tf.random.experimental.stateless_shuffle(tf.range(count), seed=[tf.constant(seed, tf.int64), epoch])

        def batch(step: tf.Tensor) -> tf.Tensor:
            batch = gather(order[step * batch_size : (step + 1) * batch_size])
            return augment(batch, tf.stack([seed * steps + step, epoch])) if augment else batch

        return tf.data.Dataset.range(steps).map(batch)

    batches = tf.data.Dataset.range(1).flat_map(one_epoch)
    return batches.apply(tf.data.experimental.assert_cardinality(steps)).prefetch(2)
