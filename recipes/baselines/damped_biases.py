"""The mean, each user's leniency and each item's popularity: what a model of tastes has to beat."""

from collections.abc import Callable

import numpy as np

from zoo.ops.biases import fit_biases


def damped_biases(
    users: np.ndarray, items: np.ndarray, ratings: np.ndarray, shape: tuple[int, int], *, damping: float = 5.0
) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """Fits `mean + b_u + b_i` by damped least squares.

    Args:
        users: Each rating's user, shape `(ratings,)`.
        items: Each rating's item, likewise.
        ratings: Stars, likewise.
        shape: Users and items.
        damping: How many ratings at the mean each user and each item is given beside its own.

    Returns:
        From users and items, each of shape `(n,)`, to stars, shape `(n,)`, not clipped to the scale; an index that is
        not below `shape` has a bias of 0.
    """
    return fit_biases(users, items, ratings, shape, damping).predict
