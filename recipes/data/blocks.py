"""Arrays in blocks of rows: what is computed of all numbers at once takes several times their memory."""

from collections.abc import Iterator

import numpy as np

MOST = 1 << 22  # numbers of a block: 32 MB in 64 bits


def blocks(*arrays: np.ndarray) -> Iterator[tuple[np.ndarray, ...]]:
    """Yields the same rows of arrays, as many as have no more numbers than a block; one row at least."""
    first = arrays[0]
    rows = max(1, MOST // max(1, first[:1].size))
    for start in range(0, len(first), rows):
        yield tuple(array[start : start + rows] for array in arrays)
