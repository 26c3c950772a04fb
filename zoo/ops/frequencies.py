"""Probabilities as whole numbers of a fixed total, which an entropy coder reads the same way on every machine."""

import numpy as np

TOTAL = 2**20
TAIL = 2.0**-18  # the probability, on each side, of symbols that have no count of their own: they escape
WIDEST = 4096  # symbols that a table counts


def counts(probabilities: np.ndarray) -> np.ndarray:
    """Returns counts of at least 1 that sum to `TOTAL`.

    Args:
        probabilities: Of each symbol, shape `(symbols,)`, at least 0; their sum need not be 1.

    Returns:
        int32 of the same shape; what rounding leaves over goes to the most probable symbol.
    """
    p = np.asarray(probabilities, "float64")
    found = 1 + np.floor(p / p.sum() * (TOTAL - len(p))).astype("int64")
    found[int(np.argmax(p))] += TOTAL - int(found.sum())
    return found.astype("int32")


def table(probabilities: np.ndarray, first: int) -> tuple[np.ndarray, int]:
    """Returns the counts of a table: those of the symbols that occur, and at the end that of the escape.

    Args:
        probabilities: Of the symbols `first`, `first + 1`, ..., which are all that might ever occur often.
        first: The first of these.

    Returns:
        The counts, int32, and the symbol that the first of them is for.
    """
    p = np.asarray(probabilities, "float64")
    below, above = np.cumsum(p), np.cumsum(p[::-1])[::-1]
    kept = np.flatnonzero((below > TAIL) & (above > TAIL))
    middle = int(np.argmax(p))
    low, high = (int(kept[0]), int(kept[-1]) + 1) if len(kept) else (middle, middle + 1)
    if high - low > WIDEST:
        low = min(max(middle - WIDEST // 2, 0), len(p) - WIDEST)
        high = low + WIDEST
    inside = p[low:high]
    return counts(np.append(inside, max(1.0 - inside.sum(), 0.0))), first + low
