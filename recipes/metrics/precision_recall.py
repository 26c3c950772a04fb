"""How many made samples look real, and how many real ones could have been made.

Paper: Kynkaanniemi, Karras, Laine, Lehtinen and Aila 2019, Improved precision and recall metric for assessing
generative models.
"""

from collections.abc import Iterator

import numpy as np

ROWS = 1000  # of the table of distances at a time


def precision_recall(real: np.ndarray, made: np.ndarray, k: int = 3) -> tuple[float, float]:
    """Returns the share of made samples among the real ones, and of real samples among the made ones.

    A sample is among others if it lies no farther from one of them than that one's k-th nearest neighbour.

    Args:
        real: Features, shape `(n, features)`; more than k.
        made: Features of as many samples, or the two shares are not to be compared.
        k: Which neighbour.

    Returns:
        Precision and recall, each from 0 to 1. Both are below 1 for two draws from one distribution.
    """
    return _share_among(made, real, k), _share_among(real, made, k)


def _share_among(samples: np.ndarray, others: np.ndarray, k: int) -> float:
    # Each is its own nearest neighbour, at a distance of 0.
    radii = np.concatenate([np.partition(part, k, axis=1)[:, k] for part in _squared_distances(others, others)])
    return float(np.mean(np.concatenate([(part <= radii).any(axis=1) for part in _squared_distances(samples, others)])))


def _squared_distances(a: np.ndarray, b: np.ndarray) -> Iterator[np.ndarray]:
    """Yields squared distances, shape `(len(a), len(b))`, in parts of `ROWS` rows."""
    norms = np.square(b).sum(axis=1)
    for start in range(0, len(a), ROWS):
        part = a[start : start + ROWS]
        yield np.square(part).sum(axis=1)[:, None] + norms - 2 * part @ b.T
