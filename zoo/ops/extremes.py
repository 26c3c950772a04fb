"""The least and the greatest of an array's values, in one pass over memory."""

import numpy as np

BLOCK = 2**18  # values looked at twice while they lie in the processor's cache


def extremes(values: np.ndarray, missing: bool = False) -> tuple[float, float]:
    """Returns the least and the greatest value; NaN where one is NaN, and zeros of no values.

    Args:
        values: Numbers or booleans, of any shape.
        missing: Whether a NaN is no value.
    """
    if not values.size:
        return 0.0, 0.0
    values = np.atleast_1d(values)
    lowest, highest = (np.fmin, np.fmax) if missing else (np.minimum, np.maximum)
    rows = max(1, BLOCK * len(values) // values.size)
    parts = [values[start : start + rows] for start in range(0, len(values), rows)]
    found = [(lowest.reduce(part, axis=None), highest.reduce(part, axis=None)) for part in parts]
    least, greatest = (
        pick.reduce(side) for pick, side in zip((lowest, highest), zip(*found, strict=True), strict=True)
    )
    return float(least), float(greatest)
