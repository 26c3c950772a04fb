"""Infinity where there is no number, in whatever runs the graph."""

import tensorflow as tf


def finite_or_infinite(good: tf.Tensor, values: tf.Tensor) -> tf.Tensor:
    """Returns values where they are good, and infinity elsewhere.

    As 1 / 0, since LiteRT's converter writes the largest number for a constant that is infinite.

    Args:
        good: Booleans, of any shape.
        values: float32 of that shape.
    """
    return tf.where(good, values, 1.0 / tf.cast(good, tf.float32))
