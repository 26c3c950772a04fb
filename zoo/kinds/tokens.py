"""Sequences of ids, such as those of words or of characters: 0 ends a sequence and fills what is left of its room."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from zoo import checks
from zoo.kinds._kind import Kind

LARGEST = 2**24  # whole numbers up to it are exact in float32


@keras.saving.register_keras_serializable("zoo")
class Tokens(Kind):
    """Sequences of ids, shape `(length,)`; the loss, in nats per sequence, is that of what writes them.

    An id is a name and no number: models embed it.

    Args:
        vocabulary: How many ids there are, from 0 on.
    """

    FORM = "ids"
    DESCRIPTION = "sequences of ids of words or characters, ended and filled up by 0"
    SHAPES = ((6,), (9,))

    def __init__(self, vocabulary: int = 256) -> None:
        checks.integer("vocabulary", vocabulary, 2, LARGEST)
        self.vocabulary = int(vocabulary)
        self.limits = (0.0, self.vocabulary - 1.0)

    def loss(self) -> None:
        """Returns None: what writes sequences knows how likely they are."""
        return

    def axes(self, input_shape: tuple[int, ...]) -> int:
        """Returns 1: a token's place."""
        return 1

    def check(self, name: str, values: np.ndarray, noisy: bool = False) -> None:
        """Raises `UsageError` unless all are ids of the vocabulary, with nothing after a sequence's end."""
        super().check(name, values)
        whole = values.dtype.kind in "biu" or bool((values == np.floor(values)).all())
        checks.check(whole, name, "whole numbers, the ids of tokens", values[values != np.floor(values)][:1])
        if values.ndim > 1:
            after = (values[:, 1:] != 0) & (values[:, :-1] == 0)
            rows = np.flatnonzero(after.reshape(len(values), -1).any(axis=1))
            expected = "sequences with no token after a 0, which ends them"
            checks.check(not len(rows), name, expected, f"tokens after one in row {rows[0]}" if len(rows) else "")

    def check_range(self, name: str, low: float, high: float, dtype: np.dtype) -> None:
        """Raises `UsageError` unless all are below the vocabulary's size."""
        hint = f"Build the model with vocabulary={int(high) + 1}." if high >= self.vocabulary else ""
        expected = f"ids from 0 to {self.vocabulary - 1}"
        checks.check(low >= 0 and high < self.vocabulary, name, expected, [low, high], hint)

    def error(self, x: tf.Tensor, reconstruction: tf.Tensor) -> tf.Tensor:
        """Returns the share of tokens that are others, shape `(batch,)`, of all up to the end of the longer one."""
        counts = tf.cast((x != 0) | (reconstruction != 0), tf.float32)
        wrong = tf.reduce_sum(tf.cast(x != reconstruction, tf.float32), axis=1)
        return tf.math.divide_no_nan(wrong, tf.reduce_sum(counts, axis=1))

    def samples(self, rng: np.random.Generator, n: int, shape: tuple[int, ...]) -> np.ndarray:
        """Draws sequences of one of four patterns, of different lengths; float32."""
        lengths = rng.integers(1, shape[0] + 1, (4, 1))
        patterns = rng.integers(1, min(8, self.vocabulary), (4, *shape)) * (np.arange(shape[0]) < lengths)
        return patterns[rng.integers(0, 4, n)].astype("float32")

    def get_config(self) -> dict[str, Any]:
        """Returns the argument."""
        return {"vocabulary": self.vocabulary}
