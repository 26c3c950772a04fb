"""Augmentation of training batches, drawn from a seed alone, so that a resumed run sees the same."""

import tensorflow as tf


def shifted(images: tf.Tensor, seed: tf.Tensor, most: int) -> tf.Tensor:
    """Shifts each image by whole pixels, drawn evenly from -most to most for each axis; what comes in is 0.

    Args:
        images: Shape `(batch, height, width)` or `(batch, height, width, channels)`.
        seed: Shape `(2,)`, integers.
        most: The largest shift, in pixels.

    Returns:
        The shifted images, of the same shape.
    """
    _, height, width, *channels = images.shape
    wide = width + 2 * most
    around = [[0, 0], [most, most], [most, most], *([0, 0] for _ in channels)]
    padded = tf.reshape(tf.pad(images, around), [-1, (height + 2 * most) * wide, *channels])
    corner = tf.random.stateless_uniform([tf.shape(images)[0], 2], seed, 0, 2 * most + 1, tf.int32)
    inside = tf.reshape(tf.range(height)[:, None] * wide + tf.range(width), [1, -1])
    pixels = tf.gather(padded, corner[:, :1] * wide + corner[:, 1:] + inside, batch_dims=1)
    return tf.reshape(pixels, [-1, height, width, *channels])


def mirrored(images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Turns each image left to right with a chance of a half; shapes as in `shifted`."""
    turned = tf.random.stateless_uniform([tf.shape(images)[0]], seed + 1) < 0.5
    return tf.where(tf.reshape(turned, [-1, *[1] * (len(images.shape) - 1)]), tf.reverse(images, [2]), images)
