"""Arithmetic in whole numbers, whose results do not hang on the order of its sums.

What a decoder computes must be the same to the bit on every machine and with any number of threads, and sums of
floating point are not. float64 holds every whole number up to 2^53: as long as sums of products of whole numbers stay
below that, they are exact, in whatever order and by whatever library they are added up.

A real number x stands here as the whole number nearest to 2^12 x, at most 2^23 in magnitude, in float32, which holds
all of these; a weight as the whole number nearest to 2^15 w.

Paper: Balle, Johnston and Minnen 2019, Integer networks for data compression with latent-variable models.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import keras
import tensorflow as tf
from keras import ops

STEP = 2**12  # whole numbers a unit
MOST = 2**23  # of a whole number's magnitude: two of them can be added in float32
HEAVIEST = 4  # of a weight's magnitude
EXACT = 52  # bits that a sum may take: one less than float64 holds, for the bias

_is_on: ContextVar[bool] = ContextVar("exact", default=False)


@contextmanager
def arithmetic() -> Iterator[None]:
    """Says for a while that layers which can compute in whole numbers do, on what `whole` returns."""
    token = _is_on.set(True)
    try:
        yield
    finally:
        _is_on.reset(token)


def is_on() -> bool:
    """Says whether layers compute in whole numbers."""
    return _is_on.get()


def whole(x: Any) -> tf.Tensor:
    """Returns real numbers as whole ones, float32."""
    return ops.clip(ops.floor(ops.cast(x, "float32") * STEP + 0.5), -MOST, MOST)


def real(x: Any) -> tf.Tensor:
    """Returns whole numbers as the real ones that they stand for, float32: multiples of 2^-12."""
    return ops.cast(x, "float32") / STEP


def applied(model: keras.Model, inputs: Any, training: bool = False) -> tf.Tensor:
    """Returns what a model makes of real numbers, as real ones: under `arithmetic` by way of whole ones."""
    if not is_on():
        return model(inputs, training=training)
    return real(model(tf.nest.map_structure(whole, inputs), training=training))


def bits(terms: int) -> int:
    """Returns how many binary places weights have, of which a sum has so many: 15, or fewer in very long sums."""
    heaviest = (HEAVIEST - 1).bit_length()
    return min(15, EXACT - (MOST - 1).bit_length() - heaviest - (terms - 1).bit_length())


def convolution(x: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor, strides: tuple[int, ...]) -> tf.Tensor:
    """Returns a convolution of whole numbers, rounded to whole numbers.

    Args:
        x: Whole numbers, shape `(batch, height, width, channels)`.
        kernel: Real weights, shape `(rows, columns, channels, filters)`.
        bias: Real, shape `(filters,)`.
        strides: Down and across.
    """
    places = bits(kernel.shape[0] * kernel.shape[1] * kernel.shape[2])
    weights = _rounded(kernel, 2.0**places, HEAVIEST)
    offset = _rounded(bias, STEP * 2.0**places, MOST / STEP)
    # TensorFlow's own: Keras's would cast to the type of the layer that asks.
    sums = tf.nn.conv2d(tf.cast(x, tf.float64), weights, strides, "SAME") + offset
    return ops.cast(tf.clip_by_value(tf.floor(sums * 2.0**-places + 0.5), -MOST, MOST), "float32")


def _rounded(value: Any, scale: float, most: float) -> tf.Tensor:
    """Returns real numbers, of that magnitude at most, times a power of 2 and rounded, float64."""
    limited = tf.clip_by_value(tf.cast(value, tf.float64), -most, most)
    return tf.floor(limited * scale + 0.5)
