"""Mean squared error."""

import numpy as np

from recipes.data.blocks import blocks


def squared_error(x: np.ndarray, reconstruction: np.ndarray) -> float:
    """Returns the mean over samples and elements; two arrays of one shape."""
    sums = [np.square(np.subtract(a, b, dtype="float64")).sum() for a, b in blocks(x, reconstruction)]
    return float(sum(sums) / x.size)
