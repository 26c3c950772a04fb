"""Binary cross-entropy between pixels and their reconstruction."""

import numpy as np

EPSILON = 1e-7  # as Keras clips probabilities


def cross_entropy(x: np.ndarray, reconstruction: np.ndarray) -> float:
    """Returns the mean over samples and pixels, in nats; both arrays in [0, 1], of one shape."""
    p = np.clip(np.asarray(reconstruction, "float64"), EPSILON, 1 - EPSILON)
    return float(-np.mean(x * np.log(p) + (1 - x) * np.log1p(-p)))
