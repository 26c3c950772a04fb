"""A scale for each channel of a map that is to be rounded, by the quality that is asked for: one model, many rates.

The larger the gain, the finer the steps of rounding are against the map, and the more bits it takes. Gains are learned
at a few knots between the lowest quality and the highest, and their logarithms lie on straight lines between these.

Paper: Cui, Wang, Gao, Guo, Feng and Bai 2021, Asymmetric gained deep image compression with continuous rate adaptation.
"""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from zoo import checks

KNOTS = 6


@keras.saving.register_keras_serializable("zoo")
class Gains(keras.layers.Layer):
    """Multiplies the channels of a map by gains, and after rounding by others, learned apart, that begin as inverses.

    Args:
        span: How many times as large the gain is at quality 1 as at quality 0 when training begins; 1 for one gain.
        begin: The gain in the middle when training begins.
        **kwargs: Keras's own.
    """

    def __init__(self, span: float = 1.0, begin: float = 2.0, **kwargs: Any) -> None:
        super().__init__(**{"dtype": "float32", **kwargs})
        checks.positive("span", span)
        checks.positive("begin", begin)
        self.span = span
        self.begin = begin

    def build(self, input_shape: tuple[Any, ...]) -> None:
        """Makes the logarithms of the gains and of the inverse ones, shape `(knots, channels)`."""
        self.knots = KNOTS if self.span > 1 else 1
        middle, half = np.log(self.begin), np.log(self.span) / 2
        ladder = np.linspace(middle - half, middle + half, self.knots) if self.knots > 1 else np.array([middle])
        shape = (self.knots, input_shape[-1])
        for name, first in (("log_gains", ladder), ("log_inverses", -ladder)):
            begin = np.broadcast_to(first[:, None], shape)
            setattr(self, name, self.add_weight(shape=shape, initializer=_constant(begin), name=name))
        self.built = True

    def call(self, x: tf.Tensor, quality: tf.Tensor) -> tf.Tensor:
        """Returns a map, shape `(batch, height, width, channels)`, ready to be rounded.

        Args:
            x: The map.
            quality: From 0 to 1, shape `(batch,)`.
        """
        return x * self._at(self.log_gains, quality)

    def inverse(self, x: tf.Tensor, quality: tf.Tensor) -> tf.Tensor:
        """Returns a rounded map in the unit that it was in before the gain; as `call`."""
        return x * self._at(self.log_inverses, quality)

    def table(self, qualities: int) -> np.ndarray:
        """Returns the inverse gains at so many qualities from 0 to 1, shape `(qualities, channels)`, float32.

        Numbers, and no formula: the exponential function has other last bits from machine to machine.
        """
        places, knots = np.linspace(0, self.knots - 1, qualities), np.arange(self.knots)
        columns = [np.interp(places, knots, channel) for channel in np.asarray(self.log_inverses, "float64").T]
        return np.exp(np.stack(columns, axis=1)).astype("float32")

    def _at(self, logs: tf.Tensor, quality: tf.Tensor) -> tf.Tensor:
        """Returns gains at some qualities, shape `(batch, 1, 1, channels)`."""
        place = ops.clip(quality, 0.0, 1.0) * (self.knots - 1)
        # Each knot counts by how near it is: 1 at the knot, 0 from the next ones on.
        near = ops.maximum(0.0, 1.0 - ops.abs(place[:, None] - ops.arange(self.knots, dtype="float32")))
        return ops.exp(ops.matmul(near, logs))[:, None, None]

    def compute_output_shape(
        self, input_shape: tuple[int | None, ...], quality_shape: tuple[int | None, ...] | None = None
    ) -> tuple[int | None, ...]:
        """Returns the map's shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        return {**super().get_config(), "span": self.span, "begin": self.begin}


def _constant(value: np.ndarray) -> Any:
    return lambda shape, dtype: ops.cast(value, dtype)
