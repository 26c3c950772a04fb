"""Isolation forest (Liu, Ting and Zhou 2008): what random cuts set apart quickly is unusual."""

from collections.abc import Callable

import numpy as np
from sklearn.ensemble import IsolationForest


def isolation_forest(train: np.ndarray, seed: int) -> Callable[[np.ndarray], np.ndarray]:
    """Fits scikit-learn's isolation forest, with its defaults, to normal samples.

    Args:
        train: Shape `(n, *shape)`.
        seed: Seed of the cuts.

    Returns:
        From samples, shape `(m, *shape)`, to scores, shape `(m,)`; high means unusual.
    """
    forest = IsolationForest(random_state=seed).fit(train.reshape(len(train), -1))
    return lambda x: -forest.score_samples(x.reshape(len(x), -1))
