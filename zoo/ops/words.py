r"""Texts as words, and words as counts, by TensorFlow's own operations on strings, which an export holds.

A word is a run of two or more letters, marks or digits of any script (Unicode's L, M and N), or one sign of Chinese or
Japanese, which have no spaces. All else divides words. Bytes that are no UTF-8 divide words too. Letters keep their
case unless asked; what Unicode can write in two ways, such as an accent of its own, is two words.
"""

from collections.abc import Sequence

import tensorflow as tf

from zoo.ops.searching import text_places

SIGNS = r"\p{Han}\p{Hiragana}\p{Katakana}"  # each a word of its own
LONG = r"[\p{L}\p{M}\p{N}]{2,}"  # RE2 takes at most 1,000 as a bound, and none is needed


def split(texts: tf.Tensor, lower: bool) -> tf.RaggedTensor:
    """Returns the words of texts, in order.

    Args:
        texts: Strings in UTF-8, shape `(batch,)`.
        lower: Whether capital letters become small ones.

    Returns:
        Strings, shape `(batch, None)`.
    """
    texts = tf.strings.unicode_transcode(texts, "UTF-8", "UTF-8", errors="replace", replacement_char=ord(" "))
    if lower:
        texts = tf.strings.lower(texts, encoding="utf-8")
    texts = tf.strings.regex_replace(texts, r"[^\p{L}\p{M}\p{N}]+", " ")
    texts = tf.strings.regex_replace(texts, f"([{SIGNS}])", r" \1 ")
    words = tf.strings.split(texts)
    return tf.ragged.boolean_mask(words, tf.ragged.map_flat_values(_is_word, words))


def _is_word(words: tf.Tensor) -> tf.Tensor:
    return tf.strings.regex_full_match(words, f"{LONG}|[{SIGNS}]")


def counted(words: tf.RaggedTensor, vocabulary: Sequence[str]) -> tf.Tensor:
    """Returns how often each word of a vocabulary is in each text, float32, shape `(batch, vocabulary)`.

    Args:
        words: Those of texts, as `split` returns them.
        vocabulary: Words, each another.
    """
    place, known = text_places(tf.constant(vocabulary), words.values)
    size = len(vocabulary)
    cells = words.value_rowids() * size + place
    counts = tf.math.unsorted_segment_sum(tf.cast(known, tf.float32), cells, words.nrows() * size)
    return tf.reshape(counts, (-1, size))
