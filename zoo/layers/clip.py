"""Keeps values on a scale."""

from typing import Any

import keras
import tensorflow as tf
from keras import ops


@keras.saving.register_keras_serializable("zoo")
class Clip(keras.layers.Layer):
    """Returns its input, with what lies outside put on the edge.

    Args:
        lowest: The least value.
        highest: The greatest.
        **kwargs: Keras's own.
    """

    def __init__(self, lowest: float, highest: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.lowest = lowest
        self.highest = highest

    def call(self, x: tf.Tensor) -> tf.Tensor:
        """Returns values from `lowest` to `highest`, in the input's shape."""
        return ops.clip(x, self.lowest, self.highest)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Returns the input's shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        return {**super().get_config(), "lowest": self.lowest, "highest": self.highest}
