"""Makes a sample of a table's row: numbers standardized, empty cells filled and flagged, words as indicators.

With m, s a column's mean and standard deviation in training, e the share of its cells that were empty there, and p_w
the share of the word w, a number x becomes (x - m) / s, and 0 where its cell is empty (NaN), with a flag beside it,
([x is empty] - e) / sqrt(e (1 - e)). A word v becomes, for each word w that training knew,

    ([v = w] - p_w) / sqrt(sum over w of p_w (1 - p_w)),

so that all of a column's indicators together vary as much as a column of numbers does, and count as much in an error.
What training did not know becomes NaN: an empty cell where there was none, a word that is new.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from zoo import checks


@keras.saving.register_keras_serializable("zoo")
class TableCoding(keras.layers.Layer):
    """Makes samples `(batch, width)` of rows `(batch, columns)`, or rows of samples if inverted.

    In a row a word is its index among those of its column. A sample has all numbers first, then the flags, then the
    words. Back in a row, a cell that was empty is the number that the sample says, and a word the likeliest one.

    Args:
        mean: Each column's mean; of one of words not used.
        scale: Each column's standard deviation, likewise; above 0.
        empty: Each column's share of empty cells in training; None where no cell may be empty.
        shares: Of each column the shares of its words in training; of one of numbers ().
        invert: Whether it goes back.
        **kwargs: Keras's own.

    Attributes:
        owners: The column that each number of a sample comes from.
    """

    def __init__(
        self,
        mean: Sequence[float] | np.ndarray,
        scale: Sequence[float] | np.ndarray,
        empty: Sequence[float | None],
        shares: Sequence[Sequence[float]],
        invert: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(dtype="float32", **{key: value for key, value in kwargs.items() if key != "dtype"})
        lengths = {len(mean), len(scale), len(empty), len(shares)}
        checks.check(len(lengths) == 1, "mean, scale, empty and shares", "of one length", lengths)
        self.mean, self.scale = [float(value) for value in mean], [float(value) for value in scale]
        self.empty, self.shares, self.invert = list(empty), [list(each) for each in shares], invert
        for value in self.scale:
            checks.positive("scale", value)
        self.numbers = [i for i, each in enumerate(self.shares) if not each]
        self.filled = [i for i in self.numbers if self.empty[i] is not None]
        self.words = [i for i, each in enumerate(self.shares) if each]
        self.owners = [*self.numbers, *self.filled, *(i for i in self.words for _ in self.shares[i])]

    def _of_flags(self) -> tuple[np.ndarray, np.ndarray]:
        """Returns the mean and the deviation of each flag."""
        mean = np.array([self.empty[i] for i in self.filled], "float32")
        return mean, np.array([_deviation([share]) for share in mean], "float32")

    def _of_words(self) -> tuple[np.ndarray, np.ndarray]:
        """Returns the mean of each word's indicator, and the deviation of its column's together."""
        mean = [share for i in self.words for share in self.shares[i]]
        scale = [_deviation(self.shares[i]) for i in self.words for _ in self.shares[i]]
        return np.array(mean, "float32"), np.array(scale, "float32")

    def call(self, x: tf.Tensor) -> tf.Tensor:
        """Returns samples of rows, or rows of samples."""
        mean, scale = (np.array(values, "float32")[self.numbers] for values in (self.mean, self.scale))
        return self._rows(x, mean, scale) if self.invert else self._samples(x, mean, scale)

    def _samples(self, x: tf.Tensor, mean: np.ndarray, scale: np.ndarray) -> tf.Tensor:
        values = _columns(x, self.numbers)
        may_be_empty = np.isin(self.numbers, self.filled)
        values = ops.where(may_be_empty & ops.isnan(values), 0.0, (values - mean) / scale)
        flag_mean, flag_scale = self._of_flags()
        flags = (ops.cast(ops.isnan(_columns(x, self.filled)), "float32") - flag_mean) / flag_scale
        word_mean, word_scale = self._of_words()
        which = np.array([float(w) for i in self.words for w in range(len(self.shares[i]))], "float32")
        last = np.array([len(self.shares[i]) - 1.0 for i in self.words for _ in self.shares[i]], "float32")
        word = _columns(x, self.owners[len(self.numbers) + len(self.filled) :])
        known = (word >= 0) & (word <= last) & (word == ops.floor(word))
        indicators = (ops.cast(word == which, "float32") - word_mean) / word_scale
        return ops.concatenate([values, flags, ops.where(known, indicators, math.nan)], axis=1)

    def _rows(self, sample: tf.Tensor, mean: np.ndarray, scale: np.ndarray) -> tf.Tensor:
        values = ops.unstack(sample[:, : len(self.numbers)] * scale + mean, len(self.numbers), axis=1)
        found = dict(zip(self.numbers, values, strict=True))
        word_mean, word_scale = self._of_words()
        start = len(self.numbers) + len(self.filled)
        indicators, begin = sample[:, start:] * word_scale + word_mean, 0
        for column in self.words:
            end = begin + len(self.shares[column])
            likeliest = tf.argmax(indicators[:, begin:end], axis=1, output_type="int32")  # which any export format has
            found[column] = ops.cast(likeliest, "float32")
            begin = end
        return ops.stack([found[column] for column in range(len(self.mean))], axis=1)

    def by_column(self, values: tf.Tensor) -> tf.Tensor:
        """Sums what samples' numbers have over those of one column: from `(batch, width)` to `(batch, columns)`.

        Not as a product with zeros and ones: a value may be infinite.
        """
        count, start = len(self.numbers), len(self.numbers) + len(self.filled)
        flags = tf.pad(values[:, count:start], [[0, 0], [0, 1]])  # with a 0 at the end for those without a flag
        places = [self.filled.index(i) if i in self.filled else len(self.filled) for i in self.numbers]
        sums = [values[:, :count] + _columns(flags, places)]
        for column in self.words:
            end = start + len(self.shares[column])
            sums.append(tf.reduce_sum(values[:, start:end], axis=1, keepdims=True))
            start = end
        order = [*self.numbers, *self.words]
        return _columns(tf.concat(sums, axis=1), [order.index(i) for i in range(len(order))])

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Returns the batch and how many numbers each row, or each sample, has."""
        return input_shape[0], len(self.mean) if self.invert else len(self.owners)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        own = {name: getattr(self, name) for name in ("mean", "scale", "empty", "shares", "invert")}
        return {**super().get_config(), **own}


def _columns(x: tf.Tensor, places: Sequence[int]) -> tf.Tensor:
    """Returns some columns of rows, maybe none."""
    return ops.take(x, np.array(places, "int32"), axis=1)


def _deviation(shares: Sequence[float]) -> float:
    """Returns the deviation of indicators of these shares together; 1 where they never change."""
    return math.sqrt(sum(share * (1 - share) for share in shares)) or 1.0
