"""What is to be known of a table's columns, block by block: means, deviations, empty cells, how often each word is.

Source: Chan, Golub and LeVeque 1979, Updating formulae and a pairwise algorithm for computing sample variances.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recipes.data.units import Seen


class Moments:
    """Sums over the rows that have been added.

    Args:
        words: Of each column, how many different words it has; 0 of one of numbers.
    """

    def __init__(self, words: Sequence[int]) -> None:
        zeros = np.zeros(len(words))
        self.rows = 0
        self.words = [np.zeros(count, "int64") for count in words]
        self.count, self.mean, self.squares, self.lost = zeros, zeros, zeros, zeros
        self.low, self.high = zeros + np.inf, zeros - np.inf

    def add(self, x: np.ndarray) -> None:
        """Adds rows, shape `(n, columns)`, float64; words by their index, empty cells as NaN."""
        self.rows += len(x)
        for column, words in zip(x.T, self.words, strict=True):
            if len(words):
                words += np.bincount(column.astype(int), minlength=len(words))
        x = np.where([len(words) > 0 for words in self.words], 0.0, x)
        there = ~np.isnan(x)
        count, values = there.sum(axis=0), np.where(there, x, 0)
        mean = values.sum(axis=0) / np.maximum(count, 1)
        squares = np.where(there, np.square(values - mean), 0).sum(axis=0)
        total, apart = np.maximum(self.count + count, 1), mean - self.mean
        self.squares = self.squares + squares + np.square(apart) * self.count * count / total
        self.mean = self.mean + apart * count / total
        self.count = self.count + count
        self.low = np.minimum(self.low, np.where(there, x, np.inf).min(axis=0, initial=np.inf))
        self.high = np.maximum(self.high, np.where(there, x, -np.inf).max(axis=0, initial=-np.inf))
        self.lost = np.maximum(self.lost, np.abs(values.astype("float32") - values).max(axis=0, initial=0))

    def seen(self) -> Seen:
        """Returns what `Standardized` needs to know of the columns."""
        deviation = np.sqrt(self.squares / np.maximum(self.count, 1))
        rows = max(1, self.rows)
        return Seen(
            self.mean,
            np.where(self.high > self.low, deviation, 1),
            self.lost,
            1 - self.count / rows,
            [words / rows for words in self.words],
        )
