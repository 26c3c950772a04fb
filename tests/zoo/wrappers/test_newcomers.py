"""Newcomers' predictions are posterior means, against the formula in its plainest form."""

import functools

import keras
import numpy as np
import pytest
from scipy import sparse

import zoo
from zoo.wrappers.newcomers import factors_of, for_newcomers
from zoo.wrappers.recommender import Recommender

RNG = np.random.default_rng(0)
FILMS = np.where(RNG.random((6, 30)) < 0.5, RNG.integers(1, 11, (6, 30)) / 2, 0).astype("float32")
PEOPLE = np.array([[5, 0, 0, 1, 0, 0], [0, 3, 4.5, 0, 0, 2], [0, 0, 0, 0, 0, 0]], "float32")


@functools.cache
def films_model(residual):
    # A scale so wide that nothing lies on its edge.
    options = {
        "latent_dim": 3,
        "residual": residual,
        "scale": (0.01, 20.0),
        "l2": 0.1,
        "learning_rate": 0.02,
        "seed": 0,
    }
    model = zoo.build("autorec", (30,), **options)
    model.fit(FILMS, epochs=5, verbose=0)
    model.head.kernel.assign(4 * model.head.kernel)  # so that people differ
    return model


def people_model(noise=0.5, rank=64, residual=True):
    return for_newcomers(films_model(residual), sparse.csr_array(FILMS), rank=rank, noise=noise)


def posterior_means(noise, residual):
    """(w, c) ~ N(m, S) and r_i ~ N(h_i w + b_i + c, noise), by the formula for normal distributions."""
    model = films_model(residual)
    codes = model.encode(FILMS).astype("float64")
    h, b = (codes[:, :-1], codes[:, -1]) if residual else (codes, np.zeros(6))
    a = np.hstack([h, np.ones((6, 1))])
    users = np.hstack([model.head.kernel.numpy(), (model.head.bias.numpy() + model.head.base.numpy())[:, None]])
    m, s = users.mean(axis=0), np.cov(users.astype("float64"), rowvar=False, bias=True)
    found = []
    for row in PEOPLE:
        rated = row > 0
        gain = s @ a[rated].T @ np.linalg.inv(a[rated] @ s @ a[rated].T + noise * np.eye(rated.sum()))
        found.append(b + a @ (m + gain @ (row - b - a @ m)[rated]))
    return np.array(found)


@pytest.mark.parametrize("residual", [True, False])
@pytest.mark.parametrize("noise", [0.1, 1.0])
def test_predictions_are_the_posterior_means(noise, residual):
    expected = posterior_means(noise, residual)
    assert np.abs(expected[0] - expected[1]).max() > 0.05
    np.testing.assert_allclose(people_model(noise, residual=residual).reconstruct(PEOPLE), expected, rtol=1e-4)


def test_who_has_rated_nothing_gets_the_base_which_is_what_users_get_on_average():
    found = people_model().reconstruct(PEOPLE)[2]
    model = films_model(True)
    users = model.head.kernel.numpy(), model.head.bias.numpy() + model.head.base.numpy()
    codes = model.encode(FILMS)
    everybody = codes[:, :-1] @ users[0].T + users[1] + codes[:, -1:]
    np.testing.assert_allclose(found, everybody.mean(axis=1), rtol=1e-4)


def test_the_noisier_ratings_are_the_nearer_are_predictions_to_the_base():
    base = people_model().reconstruct(PEOPLE[2:])
    distances = [np.abs(people_model(noise).reconstruct(PEOPLE[:1]) - base).mean() for noise in (0.1, 1.0, 10.0, 1e6)]
    assert distances == sorted(distances, reverse=True)
    assert distances[0] > 0.01 > 1e-4 > distances[-1]


def test_no_more_factors_are_kept_than_there_are_and_the_most_telling_ones_first():
    factors, _ = factors_of(films_model(True), sparse.csr_array(FILMS), 64)
    assert factors.shape == (6, 4)  # the code's three numbers and the user's bias
    lengths = np.linalg.norm(factors, axis=0)
    assert (np.diff(lengths) <= 0).all()
    few, _ = factors_of(films_model(True), sparse.csr_array(FILMS), 2)
    np.testing.assert_array_equal(few, factors[:, :2])
    assert people_model().encode(PEOPLE).shape == (3, 4)
    assert people_model(rank=2).encode(PEOPLE).shape == (3, 2)


def test_of_nobody_nothing_is_predicted():
    assert people_model()(PEOPLE[:0]).shape == (0, 6)


def test_it_is_the_same_after_a_reload_within_a_recommender(tmp_path):
    people = people_model()
    recommender = Recommender(people, range(6), ["film"] * 6, (0.5, 5.0))
    recommender.save(tmp_path / "people.keras")
    again = keras.saving.load_model(tmp_path / "people.keras")
    np.testing.assert_array_equal(again.reconstruct(PEOPLE), people.reconstruct(PEOPLE))
    np.testing.assert_array_equal(again(PEOPLE), people(PEOPLE))
