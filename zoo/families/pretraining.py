"""What greedy pretraining shares: its checks, its batches, and an optimizer as good as new."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from zoo import checks
from zoo.autoencoder import Autoencoder
from zoo.layers.transposed_dense import TransposedDense


def dense_layers(part: keras.Model) -> list[keras.layers.Layer]:
    """Returns the layers that have a kernel, in order."""
    return [layer for layer in part.layers if isinstance(layer, (keras.layers.Dense, TransposedDense))]


def rows(model: Autoencoder, name: str, values: Any, least: int = 1) -> np.ndarray:
    """Checks samples for the model and returns them flattened, shape `(n, features)`.

    Raises:
        UsageError: If there are fewer than `least`, or their shape or their values are not the model's.
    """
    values = np.asarray(values, "float32")
    expected = model.encoder.input_shape[1:]
    if values.ndim == 0 or values.shape[1:] != expected:
        raise checks.UsageError(
            f"{name} must have the shape (n, {', '.join(map(str, expected))}). Received: shape {values.shape}."
        )
    if len(values) < least:
        samples = "sample" if least == 1 else "samples"
        raise checks.UsageError(f"{name} must have at least {least} {samples}. Received: {len(values)}.")
    model.check_values(name, values)
    return values.reshape(len(values), -1)


def shuffled(n: int, seed: int, epoch: Any) -> tf.Tensor:
    """Returns an order of n rows, known from seed and epoch alone, shape `(n,)`."""
    seeds = [tf.constant(seed, tf.int64), tf.cast(epoch, tf.int64)]
    return tf.random.experimental.stateless_shuffle(tf.range(n), seed=seeds)


def batches(x: np.ndarray, batch_size: int, seed: int) -> tf.data.Dataset:
    """Makes batches without end; each `ceil(n / batch_size)` of them are an epoch, in another order."""
    data = tf.constant(x)
    steps = -(-len(x) // batch_size)

    def one_epoch(epoch: tf.Tensor) -> tf.data.Dataset:
        order = shuffled(len(x), seed, epoch)
        return tf.data.Dataset.range(steps).map(
            lambda step: tf.gather(data, order[step * batch_size : (step + 1) * batch_size])
        )

    return tf.data.Dataset.counter().flat_map(one_epoch).prefetch(2)


def renew(optimizer: keras.optimizers.Optimizer) -> None:
    """Makes the optimizer forget what it did, but for its learning rate."""
    for variable in optimizer.variables:
        if variable is not optimizer._learning_rate:
            variable.assign(np.zeros(variable.shape))
