"""Blurs images and signals with a Gaussian."""

import math
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from zoo import checks


@keras.saving.register_keras_serializable("zoo")
class Blur(keras.layers.Layer):
    """Convolves every axis of position with a Gaussian; beyond the edge all is 0.

    Shapes: `(batch, steps)`, `(batch, height, width)` or `(batch, height, width, channels)`; sizes may be free.

    Args:
        sigma: The Gaussian's standard deviation, in pixels; 0 changes nothing.
        **kwargs: Keras's own.
    """

    def __init__(self, sigma: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        checks.not_negative("sigma", sigma)
        self.sigma = sigma

    def call(self, x: tf.Tensor) -> tf.Tensor:
        """Returns the blurred `x`, of its shape."""
        if not self.sigma:
            return x
        for axis in range(1, min(len(x.shape), 3)):
            weights = ops.cast(_gaussian(ops.shape(x)[axis], self.sigma), x.dtype)
            x = ops.moveaxis(ops.tensordot(x, weights, [axis, 0]), -1, axis)
        return x

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Returns the input's shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        return {**super().get_config(), "sigma": self.sigma}


def _gaussian(size: Any, sigma: float) -> tf.Tensor:
    """Returns the matrix, shape `(size, size)`, that convolves an axis: row i holds the Gaussian around i."""
    reach = math.ceil(10 * sigma)  # all of the Gaussian sums to 1, though not all of it lies inside
    total = float(np.exp(-0.5 * np.square(np.arange(-reach, reach + 1) / sigma)).sum())
    place = ops.cast(ops.arange(size), "float32")
    return ops.exp(-0.5 * ops.square((place[:, None] - place) / sigma)) / total
