"""How far predicted ratings are from true ones, in stars."""

import numpy as np


def rmse(true: np.ndarray, predicted: np.ndarray) -> float:
    """Returns the root of the mean squared error.

    Args:
        true: Stars, shape `(ratings,)`.
        predicted: Stars, of the same shape.
    """
    return float(np.sqrt(np.mean(np.square(_errors(true, predicted)))))


def mae(true: np.ndarray, predicted: np.ndarray) -> float:
    """Returns the mean absolute error.

    Args:
        true: Stars, shape `(ratings,)`.
        predicted: Stars, of the same shape.
    """
    return float(np.mean(np.abs(_errors(true, predicted))))


def per_user_rmse(true: np.ndarray, predicted: np.ndarray, users: np.ndarray) -> float:
    """Returns the mean over users of each one's RMSE: who rated little counts as much as who rated much.

    Args:
        true: Stars, shape `(ratings,)`.
        predicted: Stars, of the same shape.
        users: Each rating's user, a number from 0, of the same shape.
    """
    counts = np.bincount(users)
    squares = np.bincount(users, np.square(_errors(true, predicted)))
    return float(np.mean(np.sqrt(squares[counts > 0] / counts[counts > 0])))


def _errors(true: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    return np.subtract(predicted, true, dtype="float64")
