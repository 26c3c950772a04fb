"""k nearest neighbors (Ramaswamy, Rastogi and Shim 2000): what lies far from all normal samples is unusual."""

from collections.abc import Callable

import numpy as np
from sklearn.neighbors import NearestNeighbors

NEIGHBORS = 5


def nearest_neighbors(train: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Keeps normal samples.

    Args:
        train: Shape `(n, *shape)`.

    Returns:
        From samples, shape `(m, *shape)`, to each one's distance to the fifth nearest normal sample, or to the farthest
        of fewer, shape `(m,)`; high means unusual.
    """
    kept = NearestNeighbors(n_neighbors=min(NEIGHBORS, len(train))).fit(train.reshape(len(train), -1))
    return lambda x: kept.kneighbors(x.reshape(len(x), -1))[0][:, -1]
