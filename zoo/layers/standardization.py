"""Standardises a table's columns by constants, or puts them back."""

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
        mean: What is subtracted: a number a column.
        scale: What is divided by, likewise; above 0.
        invert: Whether it goes back.
        **kwargs: Keras's own.
    """

    def __init__(
        self,
        mean: Sequence[float] | np.ndarray,
        scale: Sequence[float] | np.ndarray,
        invert: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(dtype="float32", **{key: value for key, value in kwargs.items() if key != "dtype"})
        self.mean = [float(value) for value in mean]
        self.scale = [float(value) for value in scale]
        self.invert = invert
        received = f"{len(self.mean)} and {len(self.scale)} numbers"
        checks.check(len(self.mean) == len(self.scale), "mean and scale", "of one length", received)
        for value in self.scale:
            checks.positive("scale", value)

    def call(self, x: tf.Tensor) -> tf.Tensor:
        """Returns shape `(batch, columns)` for `x` of that shape."""
        mean, scale = (ops.convert_to_tensor(values, "float32") for values in (self.mean, self.scale))
        return x * scale + mean if self.invert else (x - mean) / scale

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Returns the input's shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        return {**super().get_config(), "mean": self.mean, "scale": self.scale, "invert": self.invert}
