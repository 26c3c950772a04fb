"""Brings pictures of any size to one size: shrunk or enlarged without distortion, then cropped or padded."""

from typing import Any

import keras
import tensorflow as tf
from keras import ops

from zoo import checks

MODES = ("crop", "pad")


@keras.saving.register_keras_serializable("zoo")
class Framing(keras.layers.Layer):
    """Scales pictures by one factor for both sides and lays middle upon middle.

    Each pixel that comes out is a weighted mean of those around its place, with weights that fall linearly to 0 at a
    distance of one pixel of the coarser grid (bilinear, antialiased). Both sides are a product with a matrix of such
    weights, made of nothing but elementary operations, so that any export format has them.

    Args:
        size: Height and width that come out.
        mode: "crop" fills the frame and cuts off what lies outside; "pad" keeps the whole picture, with borders of 0.
        **kwargs: Keras's own.
    """

    def __init__(self, size: tuple[int, int], mode: str = "crop", **kwargs: Any) -> None:
        super().__init__(dtype="float32", **{key: value for key, value in kwargs.items() if key != "dtype"})
        self.size = checks.shape(size)
        checks.check(len(self.size) == 2, "size", "height and width", size)
        checks.choice("mode", mode, MODES)
        self.mode = mode

    def call(self, x: tf.Tensor) -> tf.Tensor:
        """Returns shape `(batch, *size[, channels])` for `x` of shape `(batch, height, width[, channels])`."""
        lengths = [ops.cast(ops.shape(x)[axis], "float32") for axis in (1, 2)]
        factors = [length / size for length, size in zip(lengths, self.size, strict=True)]
        scale = (ops.minimum if self.mode == "crop" else ops.maximum)(*factors)  # pixels that go into one, each way
        rows, columns = (self._weights(length, size, scale) for length, size in zip(lengths, self.size, strict=True))
        if len(x.shape) == 3:
            return ops.einsum("hH,bHW,wW->bhw", rows, x, columns)
        return ops.einsum("hH,bHWc,wW->bhwc", rows, x, columns)

    def _weights(self, length: tf.Tensor, size: int, scale: tf.Tensor) -> tf.Tensor:
        """Returns what each pixel of one side is made of, shape `(size, length)`: rows sum to 1, or to 0 in borders."""
        places = length / 2 + (ops.arange(size, dtype="float32") + 0.5 - size / 2) * scale
        pixels = tf.range(length, dtype="float32") + 0.5
        weights = ops.relu(1 - ops.abs(pixels - places[:, None]) / ops.maximum(scale, 1.0))
        inside = ops.cast((places >= 0) & (places <= length), "float32")
        return weights * (inside / ops.maximum(ops.sum(weights, axis=1), 1e-6))[:, None]

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Returns the batch, the size and the channels."""
        return (input_shape[0], *self.size, *input_shape[3:])

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        return {**super().get_config(), "size": self.size, "mode": self.mode}
