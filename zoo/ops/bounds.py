"""Limits whose gradient still leads back inside, and the bits of a likelihood."""

import math
from collections.abc import Callable

import tensorflow as tf
from keras import ops

LEAST = 1e-9  # of a likelihood: 30 bits, about what an escaped symbol costs


@tf.custom_gradient
def at_least(x: tf.Tensor, least: tf.Tensor) -> tuple[tf.Tensor, Callable]:
    """Returns the larger of `x` and `least`; where that is `least`, gradients pass which would raise `x`."""

    def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, None]:
        passes = tf.logical_or(x >= least, upstream < 0)
        return tf.where(passes, upstream, tf.zeros_like(upstream)), None

    return tf.maximum(x, least), gradient


def within(x: tf.Tensor, least: float, most: float) -> tf.Tensor:
    """Returns `x` between two limits; where it is beyond one, gradients pass which would bring it back."""
    return -at_least(-at_least(x, tf.constant(least, x.dtype)), tf.constant(-most, x.dtype))


def bits_of(likelihood: tf.Tensor) -> tf.Tensor:
    """Returns -log2 of a likelihood, at most 30 bits, with a gradient everywhere."""
    return -ops.log(at_least(likelihood, tf.constant(LEAST, likelihood.dtype))) / math.log(2)
