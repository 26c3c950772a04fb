"""What every unit has: its words for people, what learns units of texts, what splits texts into them and joins them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable
from typing import ClassVar

import tensorflow as tf

from zoo.tokenizers import Known


class Tokenizer(ABC):
    """One unit that texts are split into.

    Attributes:
        one: What people call one of them.
        many: What they call several.
        sign: What an unknown one is written as.
        between: What stands between two.
        least: How often one must occur in the texts that it is learned from to be known, where nothing else is asked.
        remembered: How many the longest grams of a memory have, where nothing else is asked; 0 for no memory.
        counted: What people count a text's length in, in the plural.
        priced: Whether people tell by the unit what a text costs; otherwise by the character.
    """

    one: ClassVar[str]
    many: ClassVar[str]
    sign: ClassVar[str] = "\N{REPLACEMENT CHARACTER}"
    between: ClassVar[str] = ""
    least: ClassVar[int]
    remembered: ClassVar[int] = 0
    counted: ClassVar[str]
    priced: ClassVar[bool] = False

    @abstractmethod
    def length(self, text: str) -> int:
        """Returns how long a text is, in what people count."""

    @abstractmethod
    def learn(self, texts: Iterable[str], least: int) -> list[str]:
        """Returns the tokens that occur in texts at least so often, sorted."""

    @abstractmethod
    def split(self, texts: tf.Tensor, known: Known) -> tf.RaggedTensor:
        """Returns the ids of the tokens of texts, int32, shape `(n, None)`, of texts in UTF-8, shape `(n,)`."""

    def join(self, tokens: tf.Tensor) -> tf.Tensor:
        """Returns the texts, shape `(n,)`, that rows of tokens make, shape `(n, length)`."""
        return tf.strings.reduce_join(tokens, axis=1, separator=self.between)


def frequent(tokens: Iterable[str], least: int) -> list[str]:
    """Returns the tokens that occur at least so often, sorted."""
    return sorted(token for token, count in Counter(tokens).items() if count >= least)


def identified(tokens: tf.RaggedTensor, known: Known) -> tf.RaggedTensor:
    """Returns the id of each token, int32, of the same shape."""
    return tokens.with_values(known.find(tokens.values))
