"""Binary cross-entropy between pixels and their reconstruction."""

import numpy as np

from recipes.data.blocks import blocks

EPSILON = 1e-7  # as Keras clips probabilities


def cross_entropy(x: np.ndarray, reconstruction: np.ndarray) -> float:
    """Returns the mean over samples and pixels, in nats; both arrays in [0, 1], of one shape."""
    total = 0.0
    for pixels, output in blocks(x, reconstruction):
        p = np.clip(np.asarray(output, "float64"), EPSILON, 1 - EPSILON)
        total -= float(np.sum(pixels * np.log(p) + (1 - pixels) * np.log1p(-p)))
    return total / x.size
