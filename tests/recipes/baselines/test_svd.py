"""The truncated decomposition equals the one of dense numbers."""

import numpy as np
import pytest

from recipes.baselines import svd
from zoo.ops.biases import fit_biases

SHAPE = (12, 9)


@pytest.fixture
def rated():
    """Users, items and stars: half of all pairs, drawn."""
    rng = np.random.default_rng(0)
    users, items = np.nonzero(rng.random(SHAPE) < 0.5)
    return users, items, rng.integers(1, 6, len(users)).astype("float32")


@pytest.mark.parametrize("factors", [1, 3, 8, 100])
def test_equals_biases_and_the_dense_decomposition_of_residuals(rated, factors, monkeypatch):
    monkeypatch.setattr(svd, "ROWS", 7)
    users, items, ratings = rated
    biases = fit_biases(*rated, SHAPE)
    dense = np.zeros(SHAPE)
    dense[users, items] = ratings - biases.predict(users, items)
    left, values, right = np.linalg.svd(dense, full_matrices=False)
    factors_kept = min(factors, 8)  # one less than items
    truncated = (left[:, :factors_kept] * values[:factors_kept]) @ right[:factors_kept]
    every = [index.ravel() for index in np.indices(SHAPE)]
    predicted = svd.svd(*rated, SHAPE, factors=factors)(*every)
    np.testing.assert_allclose(predicted, biases.predict(*every) + truncated.ravel(), atol=1e-5)


def test_whom_training_did_not_have_gets_the_biases(rated):
    new, known = np.array([12, 50, 3]), np.array([2, 9, 11])
    expected = fit_biases(*rated, SHAPE).predict(new, known)
    np.testing.assert_array_equal(svd.svd(*rated, SHAPE)(new, known), expected)


def test_twice_is_the_same(rated):
    once, again = (svd.svd(*rated, SHAPE, factors=3)(*rated[:2]) for _ in range(2))
    np.testing.assert_array_equal(once, again)


@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (2, 2)])
def test_few_and_equal_ratings_leave_nothing_to_decompose(shape):
    users, items = (index.ravel() for index in np.indices(shape))
    predicted = svd.svd(users, items, np.full(len(users), 4, "float32"), shape)(users, items)
    np.testing.assert_allclose(predicted, 4)
