"""A column of time: dates or numbers, in order; and where the steps between them leave a gap."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pandas as pd

from serving.refusing import Refused

GAP = 10.0  # usual steps: a longer one is a gap, which no window goes over
COMMA = re.compile(r"[+-]?\d*,\d+")


def times(name: str, column: str, lines: np.ndarray, words: np.ndarray) -> np.ndarray:
    """Returns when each row was, float64: seconds since 1970 of dates, which are UTC if they do not say; or numbers.

    Args:
        name: What messages call the file.
        column: The column's name.
        lines: The line of each row, shape `(rows,)`.
        words: What stands in the column, likewise.

    Raises:
        Refused: If one is no time, or lies before the one above it; names the line.
    """
    found, wanted = _numbers(words), "a number, as the others are"
    if np.isnan(found).sum() > len(found) / 2:
        found, wanted = _seconds(words), "a date such as 2026-11-28 09:30:00, or a number"
    if (wrong := ~np.isfinite(found)).any():
        at = int(np.argmax(wrong))
        raise Refused(
            f"{name}: line {lines[at]}, column {column!r} holds {str(words[at])[:40]!r}: it must hold {wanted}. Mend "
            "that line."
        )
    if (back := np.diff(found) < 0).any():
        at = int(np.argmax(back))
        raise Refused(
            f"{name}: line {lines[at + 1]}, column {column!r} holds {str(words[at + 1])[:40]!r}, which lies before "
            f"line {lines[at]}'s {str(words[at])[:40]!r}: sort the lines by time."
        )
    return found


def interval(found: np.ndarray) -> float:
    """Returns the usual time from a step to the next: the median of those above 0; 0 if there is none."""
    steps = np.diff(found)
    return float(np.median(steps[steps > 0])) if (steps > 0).any() else 0.0


def segments(found: np.ndarray, usual: float) -> list[slice]:
    """Returns the stretches of steps between which there are gaps, in order; one if the usual step is unknown.

    Args:
        found: When each step was, shape `(steps,)`.
        usual: The usual time from a step to the next.
    """
    gaps = np.flatnonzero(np.diff(found) > GAP * usual) + 1 if usual > 0 else np.zeros(0, int)
    edges = [0, *gaps.tolist(), len(found)]
    return [slice(begin, end) for begin, end in itertools.pairwise(edges) if end > begin]


def _numbers(words: np.ndarray) -> np.ndarray:
    """Returns numbers, with a decimal point or comma, and NaN where there is none."""
    plain = [word.replace(",", ".") if COMMA.fullmatch(word) else word for word in words]
    return pd.to_numeric(pd.Series(plain, dtype=object), errors="coerce").to_numpy("float64")


def _seconds(words: np.ndarray) -> np.ndarray:
    """Returns seconds since 1970 of dates in ISO 8601, and NaN where there is none."""
    found = pd.to_datetime(pd.Series(words, dtype=object), format="ISO8601", errors="coerce", utc=True)
    whole = found.to_numpy("datetime64[ns]")
    return np.where(np.isnat(whole), np.nan, whole.astype("int64") / 1e9)
