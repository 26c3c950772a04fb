"""Which words say most about a topic: those that are frequent in it and rare in the others."""

import tensorflow as tf


def frex(chances: tf.Tensor, weight: float) -> tf.Tensor:
    """Returns the FREX score of each word in each topic: the weighted harmonic mean of two ranks.

    The one is the word's rank by its chance in the topic, the other by exclusivity, the topic's part in the sum of the
    word's chances over all topics; both as shares of the words, so that the last word's is 1.

    Source: Bischof and Airoldi 2012, Summarizing topical content with word frequency and exclusivity (equation 6).

    Args:
        chances: Those of words by topic, shape `(topics, vocabulary)`, rows of sum 1.
        weight: That of exclusivity, from 0, for an order by chance alone, to 1.

    Returns:
        Shape `(topics, vocabulary)`, above 0 and at most 1.
    """
    exclusive = tf.math.divide_no_nan(chances, tf.reduce_sum(chances, axis=0, keepdims=True))
    return 1.0 / (weight / _ranks(exclusive) + (1.0 - weight) / _ranks(chances))


def _ranks(values: tf.Tensor) -> tf.Tensor:
    """Returns each value's rank in its row, the lowest 1, over the row's length."""
    ranks = tf.argsort(tf.argsort(values, axis=1, stable=True), axis=1, stable=True)
    return tf.cast(ranks + 1, tf.float32) / tf.cast(tf.shape(values)[1], tf.float32)
