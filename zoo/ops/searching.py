"""Where numbers stand among sorted ones, found by halving: of operations that any export format has."""

import tensorflow as tf


def places(known: tf.Tensor, asked: tf.Tensor) -> tf.Tensor:
    """Returns how many of the known numbers are below each one that is asked for, as `tf.searchsorted` does.

    Args:
        known: Ascending, shape `(n,)`; n is known, and at least 1.
        asked: Of the same type, shape `(asked,)`.

    Returns:
        int64 of the shape `(asked,)`.
    """
    count = known.shape[0]
    found = tf.zeros_like(asked, tf.int64)
    step = 1 << (count.bit_length() - 1)
    while step:
        further = found + step
        last = tf.gather(known, tf.minimum(further, count) - 1)
        found = tf.where((further <= count) & (last < asked), further, found)
        step //= 2
    return found
