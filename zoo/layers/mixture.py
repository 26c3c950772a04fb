"""From a standard normal code to the shares that topics have of a text."""

from typing import Any

import keras
import tensorflow as tf
from keras import ops


@keras.saving.register_keras_serializable("zoo")
class Mixture(keras.layers.Layer):
    """Returns theta = softmax(scale z), shares of sum 1: of a standard normal z a logistic-normal distribution.

    Args:
        scale: The standard deviation of the logits.
        **kwargs: Keras's own.
    """

    def __init__(self, scale: float, **kwargs: Any) -> None:
        super().__init__(**{"dtype": "float32", **kwargs})
        self.scale = scale

    def call(self, z: tf.Tensor) -> tf.Tensor:
        """Returns shares, shape `(batch, topics)`, of codes of that shape."""
        return ops.softmax(self.scale * z, axis=-1)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Returns the input's shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        return {**super().get_config(), "scale": self.scale}
