"""Augmentation of training batches, drawn from a seed alone, so that a resumed run sees the same."""

import tensorflow as tf


def shifted(images: tf.Tensor, seed: tf.Tensor, most: int) -> tf.Tensor:
    """Shifts each image by whole pixels, drawn evenly from -most to most for each axis; its edges fill what is free.

    Args:
        images: Shape `(batch, height, width)` or `(batch, height, width, channels)`.
        seed: Shape `(2,)`, integers.
        most: The largest shift, in pixels.

    Returns:
        The shifted images, of the same shape.
    """
    _, height, width, *channels = images.shape
    moves = tf.random.stateless_uniform([tf.shape(images)[0], 2], seed, 0, 2 * most + 1, tf.int32) - most
    # Which row and column each pixel comes from, shapes (batch, height, 1) and (batch, 1, width).
    rows = tf.clip_by_value(tf.range(height) + moves[:, :1], 0, height - 1)[:, :, None]
    columns = tf.clip_by_value(tf.range(width) + moves[:, 1:], 0, width - 1)[:, None]
    places = tf.reshape(rows * width + columns, [-1, height * width])
    pixels = tf.gather(tf.reshape(images, [-1, height * width, *channels]), places, batch_dims=1)
    return tf.reshape(pixels, [-1, height, width, *channels])


def mirrored(images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Turns each image left to right with a chance of a half; shapes as in `shifted`."""
    turned = tf.random.stateless_uniform([tf.shape(images)[0]], seed + 1) < 0.5
    return tf.where(tf.reshape(turned, [-1, *[1] * (len(images.shape) - 1)]), tf.reverse(images, [2]), images)


def relit(images: tf.Tensor, seed: tf.Tensor, gain: float, offset: float) -> tf.Tensor:
    """Gives each image other light: x (1 + a) + b, clipped to [0, 1], with a and b drawn evenly around 0.

    Args:
        images: Shape `(batch, height, width, channels)`, bytes, or floats in [0, 1].
        seed: Shape `(2,)`, integers.
        gain: The largest a, either way.
        offset: The largest b, of white, likewise.

    Returns:
        The images, of the same shape, float32 in [0, 1].
    """
    x = tf.cast(images, "float32") / (255.0 if images.dtype == tf.uint8 else 1.0)
    a, b = (tf.random.stateless_uniform([tf.shape(x)[0], 1, 1, 1], seed + i, -1.0, 1.0) for i in range(2))
    return tf.clip_by_value(x * (1 + gain * a) + offset * b, 0.0, 1.0)
