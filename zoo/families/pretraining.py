"""What greedy pretraining shares: its checks, its batches, what keeps it, and an optimizer as good as new."""

import math
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from zoo import checks, containers
from zoo.arrays import gathered
from zoo.autoencoder import Autoencoder
from zoo.epochs import Epochs
from zoo.layers.transposed_dense import TransposedDense
from zoo.ops import keras_internals, memory


class Keeper(keras.callbacks.Callback):
    """Follows a pretraining: `begin` before each layer, and `on_epoch_end` of Keras's callbacks after each epoch.

    This one keeps nothing; a subclass may keep what a stopped pretraining goes on from.
    """

    def begin(self, layer: int, variables: list[Any]) -> int:
        """Is called when a layer is about to be trained, or would be, if it were not trained already.

        Args:
            layer: Its number, from 0.
            variables: All that moves in its training; may be set to what it was.

        Returns:
            How many of its epochs are done.
        """
        return 0


def dense_layers(part: keras.Model) -> list[keras.layers.Layer]:
    """Returns the layers that have a kernel, in order."""
    return [layer for layer in part.layers if isinstance(layer, (keras.layers.Dense, TransposedDense))]


def read(model: Autoencoder, x: Any) -> tf.Tensor:
    """Returns what an encoder's first dense layer reads of samples at inference, shape `(n, numbers)`."""
    x = tf.reshape(x, (-1, math.prod(model.encoder.input_shape[1:])))
    first = model.encoder.layers.index(dense_layers(model.encoder)[0])
    for layer in model.encoder.layers[:first]:
        if not isinstance(layer, keras.layers.Flatten):
            x = layer(x)
    return x


def rows(model: Autoencoder, name: str, values: Any, least: int = 1) -> np.ndarray:
    """Checks samples for the model and returns them flattened, shape `(n, features)`.

    Raises:
        UsageError: If there are fewer than `least`, or their shape or their values are not the model's.
    """
    values = model.numbers(containers.dense(model.good(name, values)))
    if len(values) < least:
        samples = "sample" if least == 1 else "samples"
        raise checks.UsageError(f"{name} must have at least {least} {samples}. Received: {len(values)}.")
    model.adapt_once(values)
    return values.reshape(len(values), -1)


def shuffled(n: int, seed: int, epoch: Any) -> tf.Tensor:
    """Returns an order of n rows, known from seed and epoch alone, shape `(n,)`."""
    seeds = [tf.constant(seed, tf.int64), tf.cast(epoch, tf.int64)]
    return tf.random.experimental.stateless_shuffle(tf.range(n), seed=seeds)


def batches(x: np.ndarray, batch_size: int, seed: int) -> Epochs:
    """Makes batches of rows, in another order in each epoch, known from (seed, epoch)."""
    return Epochs(gathered, len(x), batch_size, seed=seed, tensors=(memory.tensor(x),))


def renew(optimizer: keras.optimizers.Optimizer) -> None:
    """Makes the optimizer forget what it did, but for its learning rate."""
    for variable in optimizer.variables:
        if variable is not keras_internals.learning_rate(optimizer):
            variable.assign(np.zeros(variable.shape))
