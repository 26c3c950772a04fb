"""Makes pictures larger or smaller by bicubic interpolation, as the super-resolution field does.

Paper: Keys 1981, Cubic convolution interpolation for digital image processing; the kernel's parameter is -1/2.
"""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from zoo import checks
from zoo.layers.damage import Damage
from zoo.ops.plain import is_plain

LEVELS = 255.0
WIDTH = 5  # pixels in a row that have a part in one that is made
STEPS = 1024  # TensorFlow rounds places between pixels to such parts


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
        if is_plain():
            return self._convolved(x)
        size = ops.shape(x)[1:3]
        return tf.image.resize(x, [self.scale * length for length in size], "bicubic")

    def _convolved(self, x: tf.Tensor) -> tf.Tensor:
        """Returns the same, where a format does not know how to resize.

        Each pixel becomes `scale` by `scale`, each of them a weighted mean of 5 by 5 pixels around it: a convolution.
        What lies beyond an edge weighs nothing.
        """
        channels = x.shape[-1]
        taps = _taps(self.scale)
        kernel = np.einsum("ia,jb->ijab", taps, taps).reshape(WIDTH, WIDTH, 1, self.scale**2)
        each = np.einsum("ijop,cd->ijcpd", kernel, np.eye(channels)).reshape(WIDTH, WIDTH, channels, -1)
        large = _spread(x, each, self.scale)
        return large / _spread(tf.ones_like(x[:1, :, :, :1]), kernel, self.scale)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Returns the enlarged pictures' shape."""
        batch, *size, channels = input_shape
        return (batch, *(length and self.scale * length for length in size), channels)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        return {**super().get_config(), "scale": self.scale}


def _taps(scale: int) -> np.ndarray:
    """Returns what the pixels from 2 before to 2 after weigh in each that one becomes, shape `(5, scale)`."""
    place = (np.arange(scale) + 0.5) / scale - 0.5
    steps = np.round((place - np.floor(place)) * STEPS) / STEPS + np.floor(place)
    away = np.abs(np.arange(WIDTH)[:, None] - WIDTH // 2 - steps)
    near = (1.5 * away - 2.5) * away**2 + 1
    far = ((-0.5 * away + 2.5) * away - 4) * away + 2
    return np.where(away <= 1, near, np.where(away < 2, far, 0.0))


def _spread(x: tf.Tensor, kernel: np.ndarray, scale: int) -> tf.Tensor:
    """Returns pictures `scale` times as large, whose pixels a convolution finds, those of one side by side."""
    return tf.nn.depth_to_space(tf.nn.conv2d(x, tf.constant(kernel, tf.float32), 1, "SAME"), scale)


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
