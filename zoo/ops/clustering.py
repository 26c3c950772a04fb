"""Groups of texts that share words: spherical k-means on a few directions of their weighed counts.

Source: Dhillon and Modha 2001, Concept decompositions for large sparse text data using clustering; Arthur and
Vassilvitskii 2007, k-means++, for where it begins.
"""

from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import svds

DIRECTIONS = 100  # that texts are compared in
ROUNDS = 30  # of k-means, which mostly ends earlier
STARTS = 3  # of which the best is taken


def groups(rows: sparse.csr_array, count: int, seed: int) -> np.ndarray:
    """Returns the group of each row, from 0 to `count` less 1, shape `(n,)`; one may stay empty.

    Args:
        rows: Weights of at least 0, shape `(n, words)`; only their directions count.
        count: How many groups.
        seed: Seed of where k-means begins.
    """
    rng = np.random.default_rng(seed)
    x: Any = _unit(rows)
    if min(x.shape) > DIRECTIONS + 1:
        _, _, directions = svds(x, DIRECTIONS, v0=rng.normal(size=min(x.shape)))
        x = _unit(x @ directions.T)
    else:
        x = x.toarray()
    found = [_k_means(x, count, rng) for _ in range(STARTS)]
    return max(found, key=lambda one: one[1])[0]


def _unit(rows: sparse.csr_array | np.ndarray) -> sparse.csr_array | np.ndarray:
    """Returns rows of the length 1, those of zeros as they are."""
    lengths = np.sqrt(np.asarray((rows * rows).sum(axis=1), "float64")).reshape(-1)
    scale = 1 / np.maximum(lengths, 1e-12)
    return sparse.csr_array(sparse.diags_array(scale) @ rows) if sparse.issparse(rows) else rows * scale[:, None]


def _k_means(x: np.ndarray, count: int, rng: np.random.Generator) -> tuple[np.ndarray, float]:
    """Returns the group of each row and the sum of cosines between rows and their groups' centers."""
    centers = x[_spread(x, count, rng)]
    group = np.full(len(x), -1)
    for _ in range(ROUNDS):
        cosines = x @ centers.T
        before, group = group, cosines.argmax(axis=1)
        if (group == before).all():
            break
        sums = np.zeros_like(centers)
        np.add.at(sums, group, x)
        centers = np.where(np.any(sums != 0, axis=1, keepdims=True), _unit(sums), centers)
    return group, float(cosines.max(axis=1).sum())


def _spread(x: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Draws rows that lie apart: each with the chance of its squared distance from those drawn before."""
    chosen = [int(rng.integers(len(x)))]
    nearest = np.full(len(x), np.inf)
    while len(chosen) < count:
        nearest = np.minimum(nearest, np.maximum(0, 2 - 2 * (x @ x[chosen[-1]])))
        total = nearest.sum()
        chosen.append(int(rng.choice(len(x), p=nearest / total) if total > 1e-9 else rng.integers(len(x))))
    return np.array(chosen)
