"""Batches of an array or of a sparse table, in an order known from (seed, epoch)."""

from collections.abc import Callable

import numpy as np
import tensorflow as tf
from scipy import sparse

from recipes.training.rows import gatherer
from zoo.epochs import Epochs


def batches_of(
    x: np.ndarray | sparse.csr_array,
    batch_size: int,
    seed: int,
    epoch: tf.Variable,
    augment: Callable[[tf.Tensor, tf.Tensor], tf.Tensor] | None = None,
    densify: bool = True,
) -> Epochs:
    """Gathers rows of one constant by shuffled index, in the graph that trains: known from (seed, epoch)."""
    gather = gatherer(x, sparse=not densify)

    def make(index: tf.Tensor, seeds: tf.Tensor) -> tf.Tensor | tf.SparseTensor:
        batch = gather(index)
        return augment(batch, seeds) if augment else batch

    return Epochs(make, x.shape[0], batch_size, seed=seed, epoch=epoch)
