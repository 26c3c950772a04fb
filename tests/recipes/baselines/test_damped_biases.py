"""Biases by hand, and as the damped least squares that they are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recipes.baselines.damped_biases import damped_biases

USERS, ITEMS = (index.ravel() for index in np.indices((4, 3)))
MEAN, LENIENT, LIKED = 3.0, np.array([0.5, -0.5, 1.0, -1.0]), np.array([0.25, -0.5, 0.25])
RATINGS = (MEAN + LENIENT[USERS] + LIKED[ITEMS]).astype("float32")


def test_without_damping_what_is_a_sum_of_biases_is_predicted_exactly():
    predict = damped_biases(USERS, ITEMS, RATINGS, (4, 3), damping=0)
    np.testing.assert_allclose(predict(USERS, ITEMS), RATINGS, atol=1e-6)


def test_a_bias_is_damped_as_by_so_many_ratings_at_the_mean():
    # Items are equal; user 0 rated 5 three times, user 1 rated 1 three times: 3 +- 2 * 3 / (3 + 5).
    users, items = np.repeat([0, 1], 3), np.tile([0, 1, 2], 2)
    predict = damped_biases(users, items, np.repeat([5.0, 1.0], 3), (2, 3), damping=5)
    np.testing.assert_allclose(predict(np.array([0, 1]), np.array([0, 2])), [3.75, 2.25])


def test_whom_training_did_not_have_is_predicted_by_what_is_known():
    predict = damped_biases(USERS, ITEMS, RATINGS, (4, 3), damping=0)
    predicted = predict(np.array([4, 99, 2, 2]), np.array([1, 3, 3, 1]))
    np.testing.assert_allclose(predicted, [3 - 0.5, 3, 3 + 1, 3 - 0.5 + 1], atol=1e-6)


def test_users_and_items_without_ratings_within_the_shape_have_no_bias():
    predict = damped_biases(USERS, ITEMS, RATINGS, (6, 5), damping=0)
    np.testing.assert_allclose(predict(np.array([5, 2]), np.array([4, 4])), [3, 4], atol=1e-6)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([1.0, 5.0, 20.0]))
def test_it_is_the_least_of_the_damped_squares(seed, damping):
    rng = np.random.default_rng(seed)
    users, items = np.nonzero(rng.random((12, 8)) < 0.6)
    ratings = rng.integers(1, 6, len(users)).astype("float32")
    predict = damped_biases(users, items, ratings, (12, 8), damping=damping)
    mean = ratings.mean(dtype="float64")
    errors = ratings - predict(users, items)
    for index, bias in (
        (users, predict(np.arange(12), np.full(12, 8)) - mean),
        (items, predict(np.full(8, 12), np.arange(8)) - mean),
    ):
        # The derivative by a bias: the sum of its errors is the damping times itself.
        np.testing.assert_allclose(np.bincount(index, errors, len(bias)), damping * bias, atol=1e-4)


def test_the_order_of_ratings_does_not_matter():
    order = np.random.default_rng(0).permutation(len(USERS))
    one = damped_biases(USERS, ITEMS, RATINGS, (4, 3))(USERS, ITEMS)
    other = damped_biases(USERS[order], ITEMS[order], RATINGS[order], (4, 3))(USERS, ITEMS)
    assert one == pytest.approx(other)
