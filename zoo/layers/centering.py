"""Takes the mean of the training data away, learned as the data pass."""

from typing import Any

import keras
import tensorflow as tf
from keras import ops

from zoo.layers.following import Following
from zoo.ops import weighing


@keras.saving.register_keras_serializable("zoo")
class Centering(Following):
    """Subtracts the running mean of all samples seen in training.

    The step of the average is 1/t over batches t = 1, 2, ..., until it reaches `slowest`: after an epoch the mean is
    that of the data, and it follows data that drift. Tied weights gain most: without it their units learn the mean.

    Args:
        slowest: The smallest step of the average.
        **kwargs: Keras's own.
    """

    def __init__(self, slowest: float = 1e-3, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.slowest = slowest

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the mean, shape `(features,)`, and the counter of batches, weights that are not trained."""
        shared = {"trainable": False, "initializer": "zeros", "aggregation": "mean", "autocast": False}
        self.mean = self.add_weight(shape=(input_shape[-1],), name="mean", **shared)
        self.count = self.add_weight(shape=(), name="count", **shared)

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns `x - mean`, shape `(batch, features)`."""
        if self.follows(training):
            seen = weighing.some()
            self.count.assign_add(seen)
            step = seen * ops.maximum(1.0 / ops.maximum(self.count, 1.0), self.slowest)
            self.mean.assign_add(step * (weighing.average(ops.cast(x, self.mean.dtype)) - self.mean))
        return x - ops.cast(self.mean, x.dtype)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Returns the input's shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        return {**super().get_config(), "slowest": self.slowest}
