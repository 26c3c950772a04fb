"""Neighbours by the paper's equations, rating by rating."""

import numpy as np
import pytest

from recipes.baselines import item_neighbours
from zoo.ops.biases import fit_biases

SHAPE = (15, 8)


@pytest.fixture
def rated():
    """Users, items and stars: most pairs, drawn; items 0 to 3 are liked by the same users."""
    rng = np.random.default_rng(0)
    users, items = np.nonzero(rng.random(SHAPE) < 0.6)
    taste = rng.normal(size=SHAPE[0])[users] * np.where(items < 4, 1, -1)
    return users, items, np.clip(np.rint(3 + taste + rng.normal(size=len(users)) / 2), 1, 5).astype("float32")


def by_the_equations(rated, user, item, k, shrinkage):
    """Predicts one rating, with loops."""
    biases = fit_biases(*rated, SHAPE)
    users, items, ratings = rated
    departs = dict(zip(zip(users, items, strict=True), ratings - biases.predict(users, items), strict=True))
    heard = []
    for j in range(SHAPE[1]):
        if j == item or (user, j) not in departs:
            continue
        common = [u for u in range(SHAPE[0]) if (u, item) in departs and (u, j) in departs]
        if len(common) < 2:
            continue
        one, other = (np.array([departs[u, i] for u in common]) for i in (item, j))
        correlation = one @ other / np.sqrt((one @ one) * (other @ other))
        heard.append((correlation * (len(common) - 1) / (len(common) - 1 + shrinkage), departs[user, j]))
    heard = sorted((pair for pair in heard if pair[0] > 0), reverse=True)[:k]
    bias = biases.predict(np.array([user]), np.array([item]))[0]
    return bias + (sum(s * d for s, d in heard) / sum(s for s, _ in heard) if heard else 0)


@pytest.mark.parametrize(("k", "shrinkage"), [(40, 100.0), (2, 100.0), (1, 3.0), (3, 0.0)])
def test_equals_the_equations_whatever_is_computed_at_a_time(rated, k, shrinkage, monkeypatch):
    every = [index.ravel() for index in np.indices(SHAPE)]
    expected = [by_the_equations(rated, u, i, k, shrinkage) for u, i in zip(*every, strict=True)]
    predict = item_neighbours.item_neighbours(*rated, SHAPE, k=k, shrinkage=shrinkage)
    np.testing.assert_allclose(predict(*every), expected, atol=1e-5)
    monkeypatch.setattr(item_neighbours, "ROWS", 7)
    np.testing.assert_allclose(predict(*every), expected, atol=1e-5)


def test_a_users_own_rating_of_the_asked_item_is_not_heard(rated):
    # User 15 has rated item 0 alone.
    more = tuple(np.append(column, value) for column, value in zip(rated, (15, 0, np.float32(5)), strict=True))
    asked = np.array([15]), np.array([0])
    predicted = item_neighbours.item_neighbours(*more, (16, 8))(*asked)
    np.testing.assert_array_equal(predicted, fit_biases(*more, (16, 8)).predict(*asked))


def test_whom_training_did_not_have_gets_the_biases(rated):
    new, known = np.array([15, 50, 3]), np.array([2, 8, 11])
    expected = fit_biases(*rated, SHAPE).predict(new, known)
    np.testing.assert_array_equal(item_neighbours.item_neighbours(*rated, SHAPE)(new, known), expected)


def test_what_was_rated_by_nobody_in_common_is_no_neighbour():
    apart = np.array([0, 1]), np.array([0, 1]), np.array([5.0, 1.0])
    asked = np.array([0]), np.array([1])
    predicted = item_neighbours.item_neighbours(*apart, (2, 2))(*asked)
    np.testing.assert_array_equal(predicted, fit_biases(*apart, (2, 2)).predict(*asked))


def test_nothing_asked_is_nothing_predicted(rated):
    nothing = np.array([], int)
    assert item_neighbours.item_neighbours(*rated, SHAPE)(nothing, nothing).shape == (0,)
