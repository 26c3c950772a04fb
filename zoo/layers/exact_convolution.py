"""A convolution that can also compute in whole numbers, so that what comes out is the same to the bit everywhere."""

from typing import Any

import keras
import tensorflow as tf

from zoo.ops import exact


@keras.saving.register_keras_serializable("zoo")
class ExactConvolution(keras.layers.Conv2D):
    """Keras's convolution; under `zoo.ops.exact.arithmetic` in whole numbers, with the same weights, rounded.

    It pads with zeros and has no activation of its own. The two differ by less than what 8 bits of a pixel show.
    """

    def __init__(self, filters: int, kernel_size: Any, **kwargs: Any) -> None:
        super().__init__(filters, kernel_size, **{"padding": "same", **kwargs})

    def call(self, x: tf.Tensor) -> tf.Tensor:
        """Returns maps, shape `(batch, height / stride, width / stride, filters)`."""
        if exact.is_on():
            return exact.convolution(x, self.kernel, self.bias, self.strides)
        return super().call(x)
