"""What stands between white space; known if seen three times."""

from __future__ import annotations

from collections.abc import Iterable

import tensorflow as tf

from zoo.ops import spaces
from zoo.tokenizers import Known
from zoo.tokenizers._tokenizer import Tokenizer, frequent, identified


class Word(Tokenizer):
    """Words; in text that is tokenized already, signs too."""

    one, many = "word", "words"
    sign = "[UNK]"
    between = " "
    least = 3
    counted = "words"
    priced = True

    def length(self, text: str) -> int:
        """Returns how many words a text has."""
        return len(spaces.words(text))

    def learn(self, texts: Iterable[str], least: int) -> list[str]:
        """Returns the words that occur in texts at least so often, sorted."""
        return frequent((word for text in texts for word in spaces.words(text)), least)

    def split(self, texts: tf.Tensor, known: Known) -> tf.RaggedTensor:
        """Returns the ids of the words of texts, int32, shape `(n, None)`."""
        return identified(tf.strings.split(texts), known)
