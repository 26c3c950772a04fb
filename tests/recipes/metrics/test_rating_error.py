"""Errors of ratings, by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from recipes.metrics.rating_error import mae, per_user_rmse, rmse

TRUE = np.array([4.0, 3.0, 5.0, 1.0], "float32")
PREDICTED = np.array([4.0, 5.0, 4.0, 3.0], "float32")  # errors 0, 2, -1, 2
STARS = arrays.arrays("float64", 20, elements=st.floats(0.5, 5))


def test_rmse_and_mae():
    assert rmse(TRUE, PREDICTED) == pytest.approx(np.sqrt((0 + 4 + 1 + 4) / 4))
    assert mae(TRUE, PREDICTED) == pytest.approx((0 + 2 + 1 + 2) / 4)


def test_each_user_counts_once_and_numbers_without_ratings_not_at_all():
    users = np.array([7, 2, 2, 2])  # user 7 has an RMSE of 0, user 2 of the root of (4 + 1 + 4) / 3
    assert per_user_rmse(TRUE, PREDICTED, users) == pytest.approx(np.sqrt(3) / 2)


@settings(max_examples=30, deadline=None)
@given(STARS, STARS, arrays.arrays("int32", 20, elements=st.integers(0, 30)))
def test_bounds(true, predicted, users):
    assert mae(true, predicted) <= rmse(true, predicted) + 1e-12
    assert per_user_rmse(true, predicted, np.zeros(20, "int32")) == pytest.approx(rmse(true, predicted))
    each = per_user_rmse(true, predicted, np.arange(20)[::-1])  # the root of one square is its absolute value
    assert each == pytest.approx(mae(true, predicted), abs=1e-12)
    assert 0 <= per_user_rmse(true, predicted, users) <= np.abs(true - predicted).max() + 1e-12


def test_millions_of_ratings_in_single_precision_do_not_lose_digits():
    true = np.full(2_000_000, 4, "float32")
    assert rmse(true, true - np.float32(0.1)) == pytest.approx(0.1, rel=1e-6)
