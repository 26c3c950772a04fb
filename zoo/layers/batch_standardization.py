"""Batch normalization without a scale and a shift of its own, in which samples count by what they weigh."""

import keras
import tensorflow as tf
from keras import ops

from zoo.layers.following import Following
from zoo.ops import weighing

EPSILON = 1e-3  # of the variance, as Keras's
SLOWEST = 0.01  # the smallest step of the running statistics


@keras.saving.register_keras_serializable("zoo")
class BatchStandardization(Following):
    """Returns (x - m) / s by unit: mean and standard deviation of the batch in training, their running ones later.

    The step of the running statistics is 1/t over batches t = 1, 2, ..., until it reaches 0.01. Replicas share the
    statistics of the batch.

    Paper: Ioffe and Szegedy 2015, Batch normalization: accelerating deep network training.
    """

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the running mean and variance, shape `(units,)`, and the counter of batches."""
        shared = {"trainable": False, "aggregation": "mean", "autocast": False}
        self.mean = self.add_weight(shape=(input_shape[-1],), initializer="zeros", name="mean", **shared)
        self.variance = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="variance", **shared)
        self.count = self.add_weight(shape=(), initializer="zeros", name="count", **shared)

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns shape `(batch, units)`."""
        mean, variance = self.mean, self.variance
        if self.follows(training):
            values = ops.cast(x, "float32")
            seen = weighing.some()
            # A batch that weighs nothing has no statistics: its losses would overflow, and 0 times infinity is NaN.
            mean = ops.where(seen > 0, weighing.average(values), self.mean)
            variance = ops.where(seen > 0, weighing.average(ops.square(values - mean)), self.variance)
            self.count.assign_add(seen)
            step = ops.maximum(1.0 / ops.maximum(self.count, 1.0), SLOWEST)
            self.mean.assign_add(step * (mean - self.mean))
            self.variance.assign_add(step * (variance - self.variance))
        return (x - ops.cast(mean, x.dtype)) * ops.cast(ops.rsqrt(variance + EPSILON), x.dtype)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Returns the input's shape."""
        return input_shape
