"""Samples with their labels, as models with classes are trained on them."""

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from recipes.training.fitting import VALIDATION_BATCH
from recipes.training.rows import gatherer
from zoo.epochs import Epochs


def training(x: np.ndarray, labels: np.ndarray, batch_size: int, seed: int) -> Callable[[tf.Variable], Epochs]:
    """Returns what makes an epoch's batches, known from the epoch that comes next.

    Args:
        x: Samples, shape `(n, *input_shape)`.
        labels: Theirs, shape `(n,)`.
        batch_size: Samples a step.
        seed: Gives each epoch's order.
    """
    gather, known = gatherer(x, sparse=False), tf.constant(labels, tf.int32)

    def make(index: tf.Tensor, _: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return gather(index), tf.gather(known, index)

    return lambda epoch: Epochs(make, len(x), batch_size, seed=seed, epoch=epoch)


def validation(x: np.ndarray, labels: np.ndarray) -> tf.data.Dataset:
    """Returns batches of samples with labels, in their order."""
    return tf.data.Dataset.from_tensor_slices((x, labels.astype("int32"))).batch(VALIDATION_BATCH)
