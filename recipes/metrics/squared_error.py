"""Mean squared error."""

import numpy as np


def squared_error(x: np.ndarray, reconstruction: np.ndarray) -> float:
    """Returns the mean over samples and elements; two arrays of one shape."""
    return float(np.mean(np.square(np.subtract(x, reconstruction, dtype="float64"))))
