"""Adds the mean of the training data to what a decoder computes, learned as the data pass."""

from typing import Any

import keras
import tensorflow as tf
from keras import ops

from zoo.layers.following import Following
from zoo.ops import weighing

# No pixel counts as surer than this: one that was never lit may be in other data.
LEAST = 1e-3


@keras.saving.register_keras_serializable("zoo")
class DataOffset(Following):
    """Adds the mean of all samples seen in training, or its log odds, so that a decoder starts from there.

    A decoder that begins at 0 spends its first epochs on learning the mean, and kills latents meanwhile. The decoder
    does not see the data: whoever trains it calls `see`.

    Args:
        log_odds: Whether the layer's input are logits of pixels in [0, 1], and not the data's own values.
        **kwargs: Keras's own.
    """

    def __init__(self, log_odds: bool = True, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.log_odds = log_odds

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the mean, shape `input_shape`, and the counter of batches, weights that are not trained."""
        shared = {"trainable": False, "aggregation": "mean", "autocast": False}
        first = keras.initializers.Constant(0.5 if self.log_odds else 0.0)
        self.mean = self.add_weight(shape=input_shape[1:], initializer=first, name="mean", **shared)
        self.count = self.add_weight(shape=(), initializer="zeros", name="count", **shared)

    def see(self, x: tf.Tensor) -> None:
        """Takes a batch of training data, shape `(batch, *input_shape)`, into the mean."""
        if not self.follows(training=True):
            return
        seen = weighing.some()
        self.count.assign_add(seen)
        step = seen / ops.maximum(self.count, 1.0)
        self.mean.assign_add((weighing.average(ops.cast(x, self.mean.dtype)) - self.mean) * step)

    def call(self, x: tf.Tensor) -> tf.Tensor:
        """Returns `x` plus the mean or its log odds, shape `(batch, *input_shape)`."""
        if not self.log_odds:
            return x + ops.cast(self.mean, x.dtype)
        mean = ops.clip(self.mean, LEAST, 1 - LEAST)
        return x + ops.cast(ops.log(mean) - ops.log1p(-mean), x.dtype)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Returns the input's shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        return {**super().get_config(), "log_odds": self.log_odds}
