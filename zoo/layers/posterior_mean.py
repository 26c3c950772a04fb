"""The end of a variational encoder: of a normal distribution's mean and log variance, the mean."""

from typing import Any

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable("zoo")
class PosteriorMean(keras.layers.Layer):
    """Takes the first half of its input's last axis, which holds means and then as many log variances.

    So an encoder's output is the posterior's mean, and its last layer's input is the whole posterior.
    """

    def call(self, statistics: tf.Tensor) -> tf.Tensor:
        """Returns shape `(batch, units)` for statistics of shape `(batch, 2 * units)`."""
        return statistics[..., : statistics.shape[-1] // 2]

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[Any, ...]:
        """Returns `(batch, units)`."""
        return (*input_shape[:-1], (input_shape[-1] or 0) // 2)
