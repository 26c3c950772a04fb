"""Squared error, by arithmetic."""

import numpy as np

from recipes.metrics.squared_error import squared_error


def test_is_the_mean_of_squares():
    assert squared_error(np.array([[0.0, 1.0], [2.0, 0.0]]), np.array([[0.0, 0.0], [0.0, 1.0]])) == (0 + 1 + 4 + 1) / 4


def test_does_not_wrap_around_in_bytes():
    assert squared_error(np.array([0], "uint8"), np.array([10], "uint8")) == 100
