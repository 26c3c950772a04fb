"""Standardizes values by constants, all alike or by column, or puts them back."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from zoo import checks


@keras.saving.register_keras_serializable("zoo")
class Standardization(keras.layers.Layer):
    """Computes `(x - mean) / scale`, or `x * scale + mean` if inverted.

    Args:
        mean: What is subtracted: one number, or one a column.
        scale: What is divided by, likewise; above 0.
        invert: Whether it goes back.
        **kwargs: Keras's own.
    """

    def __init__(
        self,
        mean: float | Sequence[float] | np.ndarray,
        scale: float | Sequence[float] | np.ndarray,
        invert: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(dtype="float32", **{key: value for key, value in kwargs.items() if key != "dtype"})
        shapes = np.shape(mean), np.shape(scale)
        checks.check(shapes[0] == shapes[1], "mean and scale", "of one shape", shapes)
        self.mean = np.asarray(mean, "float64").tolist()
        self.scale = np.asarray(scale, "float64").tolist()
        self.invert = invert
        for value in np.ravel(self.scale):
            checks.positive("scale", value)

    def call(self, x: tf.Tensor) -> tf.Tensor:
        """Returns values in the shape of `x`, such as `(batch, columns)`."""
        mean, scale = (ops.convert_to_tensor(values, "float32") for values in (self.mean, self.scale))
        return x * scale + mean if self.invert else (x - mean) / scale

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Returns the input's shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        return {**super().get_config(), "mean": self.mean, "scale": self.scale, "invert": self.invert}
