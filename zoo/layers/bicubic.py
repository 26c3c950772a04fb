"""Makes pictures larger or smaller by bicubic interpolation, as the super-resolution field does.

Paper: Keys 1981, Cubic convolution interpolation for digital image processing; the kernel's parameter is -1/2.
"""

from typing import Any

import keras
import tensorflow as tf
from keras import ops

from zoo import checks
from zoo.layers.damage import Damage

LEVELS = 255.0


@keras.saving.register_keras_serializable("zoo")
class Enlarging(keras.layers.Layer):
    """Enlarges pictures.

    Args:
        scale: How many times as high and wide they become.
        **kwargs: Keras's own.
    """

    def __init__(self, scale: int, **kwargs: Any) -> None:
        super().__init__(**{"dtype": "float32", **kwargs})
        checks.positive_integer("scale", scale)
        self.scale = scale

    def call(self, x: tf.Tensor) -> tf.Tensor:
        """Returns shape `(batch, scale * height, scale * width, channels)`."""
        size = ops.shape(x)[1:3]
        return tf.image.resize(x, [self.scale * length for length in size], "bicubic")

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Returns the enlarged pictures' shape."""
        batch, *size, channels = input_shape
        return (batch, *(length and self.scale * length for length in size), channels)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        return {**super().get_config(), "scale": self.scale}


@keras.saving.register_keras_serializable("zoo")
class Shrinking(Damage):
    """Shrinks pictures in training, with the kernel widened against aliasing, and rounds to 8 bits.

    Args:
        scale: How many times as low and narrow they become; what is left over at the lower and right edge is cut off.
        **kwargs: Keras's own.
    """

    def __init__(self, scale: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        checks.positive_integer("scale", scale)
        self.scale = scale

    def corrupted(self, x: tf.Tensor, seed: Any, shared: bool = False) -> tf.Tensor:
        """Returns pictures in [0, 1], shape `(batch, height // scale, width // scale, channels)`.

        Args:
            x: Shape `(batch, height, width, channels)`, in [0, 1].
            seed: Not used: nothing is drawn.
            shared: Likewise.
        """
        height, width = (length // self.scale for length in ops.shape(x)[1:3])
        x = x[:, : height * self.scale, : width * self.scale]
        small = tf.image.resize(x, [height, width], "bicubic", antialias=True)
        return ops.round(ops.clip(small, 0.0, 1.0) * LEVELS) / LEVELS

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        return {**super().get_config(), "scale": self.scale}
