"""Augmentation of training batches, drawn from a seed alone, so that a resumed run sees the same."""

import tensorflow as tf


def shifted(images: tf.Tensor, seed: tf.Tensor, most: int) -> tf.Tensor:
    """Shifts each image by whole pixels, drawn evenly from -most to most for each axis; what comes in is 0.

    Args:
        images: Shape `(batch, height, width)`.
        seed: Shape `(2,)`, integers.
        most: The largest shift, in pixels.

    Returns:
        The shifted images, of the same shape.
    """
    _, height, width = images.shape
    wide = width + 2 * most
    padded = tf.reshape(tf.pad(images, [[0, 0], [most, most], [most, most]]), [-1, (height + 2 * most) * wide])
    corner = tf.random.stateless_uniform([tf.shape(images)[0], 2], seed, 0, 2 * most + 1, tf.int32)
    inside = tf.reshape(tf.range(height)[:, None] * wide + tf.range(width), [1, -1])
    pixels = tf.gather(padded, corner[:, :1] * wide + corner[:, 1:] + inside, batch_dims=1)
    return tf.reshape(pixels, [-1, height, width])
