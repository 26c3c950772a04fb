"""Restricted Boltzmann machines against sums over all their states."""

import itertools

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoo.families.rbm import CD, RBM, UNITS

STATES = {n: np.array(list(itertools.product([0.0, 1.0], repeat=n)), "float32") for n in (3, 4)}


def machine(visible: str = "sigmoid", hidden: str = "sigmoid", shape=(4, 3), scale=1.0, seed=0, **arguments) -> RBM:
    rng = np.random.default_rng(seed)
    weights = [keras.Variable(scale * rng.normal(size=size), dtype="float32") for size in (shape, shape[:1], shape[1:])]
    return RBM(visible, hidden, *weights, seed=seed, **arguments)


def energies(rbm: RBM) -> np.ndarray:
    """Returns E of all states of 4 binary visible units (rows) and 3 hidden ones (columns), in float64."""
    kernel, a, b = (np.array(v, "float64") for v in rbm.variables)
    v, h = STATES[4], STATES[3]
    return -(v @ a)[:, None] - (h @ b)[None, :] - v @ kernel @ h.T


def log_likelihood_gradient(rbm: RBM, data: np.ndarray) -> list[np.ndarray]:
    """Returns <v h> of the data less that of the model, and so for both biases, from the sum over all states."""
    v, h = STATES[4], STATES[3]
    joint = np.exp(-energies(rbm))
    given = joint / joint.sum(axis=1, keepdims=True)
    empirical = np.array([(data == row).all(axis=1).mean() for row in v])[:, None] * given
    difference = empirical - joint / joint.sum()
    return [v.T @ difference @ h, v.T @ difference.sum(axis=1), h.T @ difference.sum(axis=0)]


def flat(gradients: list) -> np.ndarray:
    return np.concatenate([np.ravel(g) for g in gradients])


def data(n: int, seed: int = 1) -> np.ndarray:
    return STATES[4][np.random.default_rng(seed).choice([1, 6, 15], n, p=[0.5, 0.3, 0.2])]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**31), st.floats(0.1, 4))
def test_the_free_energy_is_minus_the_log_of_the_sum_over_hidden_states(seed, scale):
    rbm = machine(scale=scale, seed=seed)
    by_sum = -np.log(np.exp(-energies(rbm)).sum(axis=1))
    np.testing.assert_allclose(rbm.free_energy(STATES[4]), by_sum, rtol=1e-4, atol=1e-4)
    pairs = [np.repeat(STATES[4], 8, axis=0), np.tile(STATES[3], (16, 1))]
    np.testing.assert_allclose(rbm.energy(*pairs), energies(rbm).ravel(), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("visible", ["sigmoid", "linear"])
def test_the_free_energy_of_gaussian_units_is_the_integral(visible):
    rbm = machine(visible, "linear", (2, 1))
    v = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]], "float32")
    h = np.linspace(-12, 12, 4001, dtype="float32")[:, None]
    by_sum = [-np.log(np.exp(-rbm.energy(np.repeat(row[None], len(h), 0), h)).sum() * 24 / 4000) for row in v]
    np.testing.assert_allclose(rbm.free_energy(v), by_sum, rtol=1e-4)


@pytest.mark.parametrize("total", [-6.0, 0.3, 2.5])
def test_a_rectified_unit_is_its_binary_copies(total):
    # All 2^12 states of the first 12 copies, their biases -1/2, -3/2, ...; the 13th would add exp(2.5 - 12.5).
    copies = np.array(list(itertools.product([0, 1], repeat=12)))
    by_sum = np.log(np.exp(copies @ (total - 0.5 - np.arange(12))).sum())
    x = np.array([[total, -20.0]], "float32")  # what one unit needs for its sum is enough for its neighbour
    assert float(UNITS["relu"].log_sum(x)[0, 0]) == pytest.approx(by_sum, abs=1e-4)


@pytest.mark.parametrize("kind", UNITS)
def test_the_mean_is_the_slope_of_the_log_sum_and_of_what_is_drawn(kind):
    # For rectified units max(0, x) stands for it: it is off by log 2 at 0, and by little elsewhere.
    tolerance = 0.1 if kind == "relu" else 0.01
    x = np.array([[-4.0, 3.0, 6.0]], "float32")
    unit = UNITS[kind]
    slope = (unit.log_sum(x + 0.01) - unit.log_sum(x - 0.01)) / 0.02
    np.testing.assert_allclose(slope, unit.mean(x), atol=tolerance)
    drawn = unit.sample(np.repeat(x, 200_000, axis=0), keras.random.SeedGenerator(0))
    np.testing.assert_allclose(np.mean(drawn, axis=0), unit.mean(x)[0], atol=tolerance)


@pytest.mark.parametrize("sample_visible", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_contrastive_divergence_goes_up_the_log_likelihood(seed, sample_visible):
    rbm = machine(seed=seed, sample_visible=sample_visible)
    v = data(4000)
    exact = flat(log_likelihood_gradient(rbm, v))
    moved = flat(rbm.contrastive_divergence(v, steps=1)[0])
    assert exact @ moved > 0.3 * np.linalg.norm(exact) * np.linalg.norm(moved)


def test_with_many_steps_contrastive_divergence_is_the_gradient():
    rbm = machine(sample_visible=True)
    v = data(20_000)
    exact = flat(log_likelihood_gradient(rbm, v))
    np.testing.assert_allclose(flat(rbm.contrastive_divergence(v, steps=50)[0]), exact, atol=0.02)


def test_training_makes_the_data_likely():
    rbm = machine(scale=0.1, sample_visible=True)
    v = data(1000)

    def mean_log_likelihood() -> float:
        states = energies(rbm)
        log_z = np.log(np.exp(-states).sum())
        return float(-np.mean(rbm.free_energy(v)) - log_z)

    before = mean_log_likelihood()
    history = list(rbm.train(v, data(100, seed=2), 20, 100, CD(1, 0.1, 0.9, 0.0)))
    entropy = -np.sum([0.5, 0.3, 0.2] * np.log([0.5, 0.3, 0.2]))
    assert before < -2.5
    assert mean_log_likelihood() > -entropy - 0.5
    errors, _ = zip(*history, strict=True)
    assert errors[-1] < errors[0]


def test_the_gap_is_the_difference_of_the_mean_free_energies():
    rbm = machine()
    unseen = STATES[4][:5]
    v = data(50)
    ((_, gap),) = rbm.train(v, unseen, 1, 50, CD(1, 0.1, 0.0, 0.0))
    by_hand = np.mean(rbm.free_energy(unseen)) - np.mean(rbm.free_energy(v[:5]))
    assert gap == pytest.approx(by_hand, rel=1e-4)


def test_weight_decay_and_momentum_are_what_they_are_called():
    rbm = machine()
    before = rbm.kernel.numpy()
    v = np.zeros((1, 4), "float32")
    rbm.variables[1].assign([-100.0] * 4)  # the chain stays at 0: nothing but the decay moves the weights
    list(rbm.train(v, v, 3, 1, CD(1, 0.1, 0.5, 0.2)))
    velocity = 0
    expected = before
    for _ in range(3):
        velocity = 0.5 * velocity - 0.1 * 0.2 * expected
        expected = expected + velocity
    np.testing.assert_allclose(rbm.kernel, expected, rtol=1e-5)
