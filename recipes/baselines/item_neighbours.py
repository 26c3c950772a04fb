"""Biases and how a user departed from them on the films most like the asked one: item-kNN-baseline.

With d_ui = r_ui - b_ui, sums over the n users who rated both,

    s_ij = (n - 1) / (n - 1 + shrinkage) * sum d_ui d_uj / sqrt(sum d_ui^2 * sum d_uj^2)
    r'_ui = b_ui + sum_j s_ij d_uj / sum_j s_ij    over the k films j of u's with the largest s_ij > 0.

Paper: Koren 2010, Factor in the neighbors: scalable and accurate collaborative filtering, sections 2.2 and 3.
"""

from collections.abc import Callable

import numpy as np
from scipy import sparse

from zoo.ops.biases import fit_biases

ROWS = 1000  # predictions at a time, so at most as many rows of the table of similarities


def item_neighbours(
    users: np.ndarray,
    items: np.ndarray,
    ratings: np.ndarray,
    shape: tuple[int, int],
    *,
    k: int = 40,
    shrinkage: float = 100.0,
) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """Prepares what similarities are computed from when they are asked for; never holds items x items.

    Args:
        users: Each rating's user, shape `(ratings,)`.
        items: Each rating's item, likewise.
        ratings: Stars, likewise.
        shape: Users and items.
        k: How many of a user's items, those most like the asked one, are heard.
        shrinkage: Of so many common users, less one, a similarity is halved.

    Returns:
        From users and items, each of shape `(n,)`, to stars, shape `(n,)`, not clipped to the scale; the biases' where
        the user has rated nothing like the item, or an index is not below `shape`. A user's own rating of the
        asked item is not heard.
    """
    biases = fit_biases(users, items, ratings, shape)
    residuals = (ratings - biases.predict(users, items)).astype("float32")
    rated = sparse.csr_array((residuals, (users, items)), shape=shape)
    squares, ones = rated.copy(), rated.copy()
    squares.data **= 2
    ones.data[:] = 1
    by_item = [matrix.T.tocsr() for matrix in (rated, squares, ones)]

    def similar(asked: np.ndarray) -> np.ndarray:
        """Returns similarities of the asked items to all, shape `(asked, items)`."""
        residuals_of, squares_of, ones_of = (matrix[asked] for matrix in by_item)
        products, common = (residuals_of @ rated).toarray(), (ones_of @ ones).toarray()
        norms = np.sqrt((squares_of @ ones).toarray() * (ones_of @ squares).toarray())
        shrunk = np.maximum(common - 1, 0) / np.maximum(common - 1 + shrinkage, 1)
        similarity = products / np.maximum(norms, 1e-9) * shrunk
        similarity[np.arange(len(asked)), asked] = 0
        return similarity

    def departures(users: np.ndarray, items: np.ndarray) -> np.ndarray:
        """Returns the weighted mean of the neighbours' residuals."""
        asked, row = np.unique(items, return_inverse=True)
        theirs = rated[users]
        query = np.repeat(np.arange(len(users)), np.diff(theirs.indptr))
        weight, residual = similar(asked)[row[query], theirs.indices], theirs.data
        heard = weight > 0
        query, weight, residual = query[heard], weight[heard], residual[heard]
        order = np.lexsort((-weight, query))
        query, weight, residual = query[order], weight[order], residual[order]
        count = np.bincount(query, minlength=len(users))
        rank = np.arange(len(query)) - np.repeat(np.cumsum(count) - count, count)
        weight = np.where(rank < k, weight, 0)
        total = np.bincount(query, weight, len(users))
        return np.bincount(query, weight * residual, len(users)) / np.where(total > 0, total, 1)

    def predict(users: np.ndarray, items: np.ndarray) -> np.ndarray:
        predicted = biases.predict(users, items)
        known = np.flatnonzero((users < shape[0]) & (items < shape[1]))
        known = known[np.argsort(items[known], kind="stable")]  # an item's similarities are computed once
        for start in range(0, len(known), ROWS):
            part = known[start : start + ROWS]
            predicted[part] += departures(users[part], items[part])
        return predicted

    return predict
