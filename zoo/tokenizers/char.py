"""Letters, white space among them; known if seen twice."""

from __future__ import annotations

from collections.abc import Iterable

import tensorflow as tf

from zoo.tokenizers import Known
from zoo.tokenizers._tokenizer import Tokenizer, frequent, identified


class Char(Tokenizer):
    """Code points of Unicode."""

    one, many = "character", "characters"
    least = 2
    remembered = 6
    counted = "characters"

    def length(self, text: str) -> int:
        """Returns how many letters a text has."""
        return len(text)

    def learn(self, texts: Iterable[str], least: int) -> list[str]:
        """Returns the letters that occur in texts at least so often, sorted."""
        return frequent((letter for text in texts for letter in text), least)

    def split(self, texts: tf.Tensor, known: Known) -> tf.RaggedTensor:
        """Returns the ids of the letters of texts, int32, shape `(n, None)`."""
        return identified(tf.strings.unicode_split(texts, "UTF-8"), known)
