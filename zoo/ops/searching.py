"""Where numbers stand among sorted ones, found by operations that any export format has; and where texts stand."""

import tensorflow as tf

BUCKETS = 1 << 62  # of hashes of texts


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


def text_places(known: tf.Tensor, asked: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns where texts stand among known ones, and whether they do; without a table, which a bare graph has not.

    They are looked for by their hashes, and two with the same hash are never taken for each other.

    Args:
        known: Texts in any order, each another, shape `(n,)`; n is at least 1.
        asked: Shape `(asked,)`.

    Returns:
        int64, some place where the text is not known, and booleans, each of the shape `(asked,)`.
    """
    hashes, wanted = (tf.strings.to_hash_bucket_fast(texts, BUCKETS) for texts in (known, asked))
    order = tf.argsort(hashes)
    place = tf.searchsorted(tf.gather(hashes, order), wanted, out_type=tf.int64)
    place = tf.cast(tf.gather(order, tf.minimum(place, known.shape[0] - 1)), tf.int64)
    return place, tf.gather(known, place) == asked
