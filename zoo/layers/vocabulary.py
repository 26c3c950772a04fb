"""Strings and ids of their letters, words or pieces, which `zoo/tokenizers/` know, of TensorFlow's own operations.

The tokens are constants of the graph, in the order of their hashes, by which they are found: an export needs no table
that has to be filled before it answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Self

import keras
import numpy as np
import tensorflow as tf

from zoo import checks, tokenizers
from zoo.ops.searching import places
from zoo.tokenizers import Known

BUCKETS = 1 << 62  # of hashes
END, UNKNOWN = 0, 1
FIRST = 2  # the id of the first token that is known


@keras.saving.register_keras_serializable("zoo")
class Vocabulary(keras.layers.Layer):
    """Takes strings in UTF-8 apart into ids, and puts them together again.

    Nothing is lower-cased unless asked.

    Args:
        tokens: The known ones, in any order.
        length: How many ids a string becomes: shorter ones are filled up with 0, and of longer ones the end is cut off.
        unit: What strings are split into: a file's name under `zoo/tokenizers/`, such as "char", "word" or "piece".
        lower: Whether strings are lower-cased first.
        **kwargs: Keras's own.
    """

    def __init__(
        self, tokens: Sequence[str], length: int, unit: str = "char", lower: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(**{**kwargs, "dtype": "float32", "autocast": False})
        self.tokenizer = tokenizers.find(unit)
        checks.positive_integer("length", length)
        hashes = _hashes(tf.constant(list(tokens), tf.string)).numpy()
        order = np.argsort(hashes, kind="stable")
        distinct = len(tokens) and bool((np.diff(hashes[order]) > 0).all())
        checks.check(bool(distinct), "tokens", "at least one, each another", len(tokens))
        self.tokens = tuple(tokens[i] for i in order)
        self.length = length
        self.unit = unit
        self.lower = lower

    @classmethod
    def fitted(cls, texts: Iterable[str], length: int, unit: str = "char", lower: bool = False, least: int = 1) -> Self:
        """Returns the vocabulary of texts: the tokens that occur at least so often, and of pieces all letters."""
        known = tokenizers.find(unit).learn([text.lower() if lower else text for text in texts], least)
        checks.check(bool(known), "min_count", "one that a token reaches", least)
        return cls(known, length, unit, lower)

    @property
    def size(self) -> int:
        """How many ids there are, with that of the end, 0, and that of what is unknown, 1."""
        return FIRST + len(self.tokens)

    def call(self, texts: tf.Tensor) -> tf.Tensor:
        """Returns ids, shape `(n, length)`, float32, of strings of shape `(n,)`."""
        return tf.cast(self.pieces(texts)[:, : self.length].to_tensor(0, shape=(None, self.length)), tf.float32)

    def pieces(self, texts: tf.Tensor) -> tf.RaggedTensor:
        """Returns the ids of all tokens of each string, int32, as many as it has."""
        texts = tf.strings.strip(texts)
        if self.lower:
            texts = tf.strings.lower(texts, encoding="utf-8")
        return self.tokenizer.split(texts, Known(self.tokens, self._ids, UNKNOWN))

    def _ids(self, words: tf.Tensor) -> tf.Tensor:
        """Returns the id of each token, int32, of the shape `(n,)`."""
        known = tf.constant(self.tokens)
        place = tf.minimum(places(_hashes(known), _hashes(words)), len(self.tokens) - 1)
        return tf.where(tf.gather(known, place) == words, FIRST + tf.cast(place, tf.int32), UNKNOWN)

    def texts(self, ids: tf.Tensor) -> tf.Tensor:
        """Returns strings, shape `(n,)`, of ids of shape `(n, length)`, each up to its end."""
        signs = tf.constant(["", self.tokenizer.sign, *self.tokens])
        going = tf.math.cumprod(tf.cast(ids != END, tf.int32), axis=1)
        words = tf.gather(signs, tf.cast(ids, tf.int32) * going)
        return tf.strings.strip(self.tokenizer.join(words))

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        names = ("tokens", "length", "unit", "lower")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


def _hashes(words: tf.Tensor) -> tf.Tensor:
    """Returns the hash of each string, int64: the same on every machine."""
    return tf.strings.to_hash_bucket_fast(words, BUCKETS)
