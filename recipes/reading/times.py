"""Columns of time for recipes: the reader of `serving`, whose refusals become sentences of a recipe."""

from __future__ import annotations

import numpy as np

from recipes.reading.tables import answered
from serving import times as reader
from serving.times import GAP, interval, segments

__all__ = ["GAP", "interval", "segments", "times"]


def times(name: str, column: str, lines: np.ndarray, words: np.ndarray) -> np.ndarray:
    """Returns when each row was, as `serving.times.times` does.

    Raises:
        UsageError: If one is no time, or lies before the one above it; names the line.
    """
    with answered():
        return reader.times(name, column, lines, words)
