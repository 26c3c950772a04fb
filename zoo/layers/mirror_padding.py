"""Fills pictures up to sizes that a network can halve."""

from typing import Any

import keras
import tensorflow as tf
from keras import ops

from zoo import checks


@keras.saving.register_keras_serializable("zoo")
class MirrorPadding(keras.layers.Layer):
    """Mirrors pictures at their lower and right edges until height and width are multiples of a number.

    Args:
        multiple: That number; a picture may be smaller, and is then mirrored again and again.
        **kwargs: Keras's own.
    """

    def __init__(self, multiple: int, **kwargs: Any) -> None:
        super().__init__(**{"dtype": "float32", **kwargs})
        checks.positive_integer("multiple", multiple)
        self.multiple = multiple

    def call(self, x: tf.Tensor) -> tf.Tensor:
        """Returns `x`, shape `(batch, height, width, channels)`, filled up."""
        for axis in (1, 2):
            length = ops.shape(x)[axis]
            wanted = (length + self.multiple - 1) // self.multiple * self.multiple
            if isinstance(wanted, int) and wanted == length:  # known to fit before any picture comes
                continue
            place = ops.arange(wanted) % (2 * length)
            x = ops.take(x, ops.minimum(place, 2 * length - 1 - place), axis=axis)
        return x

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Returns the filled pictures' shape."""
        batch, *size, channels = input_shape
        return (batch, *(length and -(-length // self.multiple) * self.multiple for length in size), channels)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        return {**super().get_config(), "multiple": self.multiple}
