"""Biases and a truncated singular value decomposition of what they leave over, the unrated taken for 0.

Paper: Cremonesi, Koren and Turrin 2010, Performance of recommender algorithms on top-n recommendation tasks (PureSVD;
here of the residuals).
"""

from collections.abc import Callable

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import svds

from zoo.ops.biases import fit_biases

ROWS = 100_000  # predictions at a time


def svd(
    users: np.ndarray, items: np.ndarray, ratings: np.ndarray, shape: tuple[int, int], *, factors: int = 10
) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """Fits `mean + b_u + b_i + p_u q_i`; never holds users x items but as what is rated.

    Args:
        users: Each rating's user, shape `(ratings,)`.
        items: Each rating's item, likewise.
        ratings: Stars, likewise.
        shape: Users and items.
        factors: Singular values; lowered to one less than users or items.

    Returns:
        From users and items, each of shape `(n,)`, to stars, shape `(n,)`, not clipped to the scale; an index that is
        not below `shape` has a bias and factors of 0.
    """
    biases = fit_biases(users, items, ratings, shape)
    residuals = (ratings - biases.predict(users, items)).astype("float32")
    factors = min(factors, min(shape) - 1)
    of_users, of_items = (np.zeros((size + 1, max(factors, 0)), "float32") for size in shape)
    if factors > 0 and residuals.any():
        start = np.random.default_rng(0).normal(size=min(shape))
        matrix = sparse.csr_array((residuals, (users, items)), shape=shape)
        left, values, right = svds(matrix, factors, v0=start)
        of_users[:-1], of_items[:-1] = left * values, right.T

    def predict(users: np.ndarray, items: np.ndarray) -> np.ndarray:
        predicted = biases.predict(users, items)
        for start in range(0, len(users), ROWS):
            part = slice(start, start + ROWS)
            p, q = of_users[np.minimum(users[part], shape[0])], of_items[np.minimum(items[part], shape[1])]
            predicted[part] += np.einsum("nk,nk->n", p, q)
        return predicted

    return predict
