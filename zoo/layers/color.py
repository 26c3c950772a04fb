"""Color as people see it: CIELAB's lightness and chroma, of sRGB pictures under daylight (D65).

Y = m . lin(rgb), L = 116 f(Y) - 16, a = 500 (f(X / Xn) - f(Y)), b = 200 (f(Y) - f(Z / Zn)).

Source: CIE 15:2004, Colorimetry; IEC 61966-2-1, sRGB.
"""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from zoo.layers.damage import Damage

# From linear red, green and blue to X / Xn, Y and Z / Zn: rows sum to 1, so that white is (1, 1, 1).
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
TO_XYZ = (TO_XYZ / TO_XYZ.sum(axis=1, keepdims=True)).astype("float32")
FROM_XYZ = np.linalg.inv(TO_XYZ).astype("float32")
DELTA = 6 / 29  # where CIELAB's cube root becomes a line


def linear(rgb: tf.Tensor) -> tf.Tensor:
    """Returns the light that sRGB values in [0, 1] stand for, linear, in [0, 1]."""
    return ops.where(rgb <= 0.04045, rgb / 12.92, ops.power((ops.maximum(rgb, 0.04045) + 0.055) / 1.055, 2.4))


def encoded(light: tf.Tensor) -> tf.Tensor:
    """Returns sRGB values of linear light in [0, 1]: the inverse of `linear`."""
    curve = 1.055 * ops.power(ops.maximum(light, 0.0031308), 1 / 2.4) - 0.055
    return ops.where(light <= 0.0031308, 12.92 * light, curve)


def to_lab(rgb: tf.Tensor) -> tf.Tensor:
    """Returns L in [0, 100], a and b, shape `(..., 3)`, of sRGB values of that shape in [0, 1]."""
    x, y, z = ops.unstack(_root(ops.matmul(linear(rgb), TO_XYZ.T)), 3, axis=-1)
    return ops.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def lightened(rgb: tf.Tensor) -> tf.Tensor:
    """Returns the grey sRGB values, shape `(..., 1)`, that are as light as colors, shape `(..., 3)`."""
    return encoded(ops.matmul(linear(rgb), TO_XYZ[1][:, None]))


def colored(grey: tf.Tensor, chroma: tf.Tensor) -> tf.Tensor:
    """Returns sRGB colors exactly as light as greys.

    What a screen cannot show is mixed with the grey in linear light, where mixing leaves luminance as it is, until it
    can be shown.

    Args:
        grey: sRGB values in [0, 1], shape `(..., 1)`.
        chroma: CIELAB's a and b, shape `(..., 2)`.

    Returns:
        sRGB values in [0, 1], shape `(..., 3)`.
    """
    luminance = linear(grey)
    y = _root(luminance)
    a, b = chroma[..., :1], chroma[..., 1:]
    light = ops.matmul(_cube(ops.concatenate([y + a / 500, y, y - b / 200], axis=-1)), FROM_XYZ.T)
    away = light - luminance
    room = ops.where(away > 0, 1 - luminance, luminance) / ops.maximum(ops.abs(away), 1e-6)
    share = ops.minimum(ops.min(room, axis=-1, keepdims=True), 1.0)
    return encoded(ops.clip(luminance + share * away, 0.0, 1.0))


def _root(t: tf.Tensor) -> tf.Tensor:
    """CIELAB's f."""
    root = ops.power(ops.maximum(t, DELTA**3), 1 / 3)
    return ops.where(t > DELTA**3, root, t / (3 * DELTA**2) + 4 / 29)


def _cube(t: tf.Tensor) -> tf.Tensor:
    """The inverse of `_root`."""
    return ops.where(t > DELTA, ops.power(t, 3), 3 * DELTA**2 * (t - 4 / 29))


@keras.saving.register_keras_serializable("zoo", "Colouring")  # as exports know it
class Coloring(keras.layers.Layer):
    """Gives grey pictures color, and leaves their lightness as it is."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"dtype": "float32", **kwargs})

    def call(self, grey: tf.Tensor, chroma: tf.Tensor) -> tf.Tensor:
        """Returns pictures, shape `(batch, height, width, 3)`.

        Args:
            grey: Shape `(batch, height, width, 1)`, clipped to [0, 1].
            chroma: Hundredths of CIELAB's a and b, shape `(batch, height, width, 2)`.
        """
        return colored(ops.clip(grey, 0.0, 1.0), 100 * chroma)

    def compute_output_shape(self, grey_shape: tuple[Any, ...], chroma_shape: tuple[Any, ...]) -> tuple[Any, ...]:
        """Returns the colored pictures' shape."""
        return (*grey_shape[:-1], 3)


@keras.saving.register_keras_serializable("zoo", "Decolouring")  # as exports know it
class Decoloring(Damage):
    """Makes colored pictures grey in training, as light as they were."""

    def corrupted(self, x: tf.Tensor, seed: Any, shared: bool = False) -> tf.Tensor:
        """Returns grey pictures, shape `(batch, height, width, 1)`.

        Args:
            x: sRGB values in [0, 1], shape `(batch, height, width, 3)`.
            seed: Not used: nothing is drawn.
            shared: Likewise.
        """
        return lightened(x)
