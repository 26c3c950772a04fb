"""Words that are frequent, and parts of all others (byte pairs); known if seen 20 times, and all letters are."""

from __future__ import annotations

from collections.abc import Iterable

import tensorflow as tf

from zoo.ops import byte_pairs, spaces
from zoo.tokenizers import Known
from zoo.tokenizers._tokenizer import Tokenizer


class Piece(Tokenizer):
    """Pieces of words, as `zoo.ops.byte_pairs` learns them: no word is unknown whose letters are known."""

    one, many = "piece", "pieces"
    least = 20
    counted = "words"

    def length(self, text: str) -> int:
        """Returns how many words a text has."""
        return len(spaces.words(text))

    def learn(self, texts: Iterable[str], least: int) -> list[str]:
        """Returns all letters of texts, and the pieces that occur at least so often, sorted."""
        return byte_pairs.learn(texts, least)

    def split(self, texts: tf.Tensor, known: Known) -> tf.RaggedTensor:
        """Returns the ids of the pieces of texts, int32, shape `(n, None)`."""
        return byte_pairs.split(texts, known.find, known.unknown, max(map(len, known.tokens)))
