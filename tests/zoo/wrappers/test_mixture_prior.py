"""A Gaussian mixture in the place of a prior."""

import numpy as np
import pytest
import tensorflow as tf

import zoo
from zoo.layers.gaussian_mixture import GaussianMixture
from zoo.wrappers.mixture_prior import MixturePrior
from zoo.wrappers.scaled import Scaled

RNG = np.random.default_rng(0)
# Two groups of samples, far apart: between them there is nothing.
GROUPS = np.array([[0.1, 0.1, 0.9, 0.9], [0.9, 0.9, 0.1, 0.1]])
X = np.clip(GROUPS[RNG.integers(0, 2, 400)] + 0.03 * RNG.normal(size=(400, 4)), 0, 1).astype("float32")


@pytest.fixture(scope="module")
def trained():
    model = zoo.build("vanilla", (4,), latent_dim=2, activation="linear", learning_rate=0.05, seed=0, prior="mixture")
    model.fit(X, epochs=60, batch_size=50, verbose=0)
    return model


def distance(samples):
    """How far each sample is from the nearer group."""
    return np.abs(samples[:, None] - GROUPS).max(axis=2).min(axis=1)


def test_draws_follow_the_shares_means_and_covariances():
    mixture = GaussianMixture(3, 2)
    covariances = np.array([[[1.0, 0.5], [0.5, 1.0]], [[0.01, 0], [0, 0.01]]])
    mixture.set([0.25, 0.75], [[0, 0], [10, 20]], covariances, [-np.inf] * 2, [np.inf] * 2)
    drawn = mixture.draws(20000, (0, 1)).numpy()
    second = drawn[:, 0] > 5
    assert second.mean() == pytest.approx(0.75, abs=0.01)
    np.testing.assert_allclose(np.cov(drawn[~second].T), covariances[0], atol=0.06)
    np.testing.assert_allclose(drawn[second].mean(axis=0), [10, 20], atol=0.01)
    np.testing.assert_array_equal(mixture.draws(5, (0, 1)), mixture.draws(5, (0, 1)))
    assert GaussianMixture(2, 3).draws(4000, (1, 2)).numpy().std() == pytest.approx(1, abs=0.05)  # until it is set


def test_draws_stay_where_codes_were():
    mixture = GaussianMixture(1, 1)
    mixture.set([1.0], [[0.0]], [[[1.0]]], [-0.5], [0.25])
    drawn = mixture.draws(100, (0, 0)).numpy()
    assert (drawn.min(), drawn.max()) == (-0.5, 0.25)


def test_samples_of_two_groups_lie_in_them_and_not_between(trained):
    assert distance(trained.sample(200)).max() < 0.2
    one = MixturePrior(trained.model).fit_prior(X, components=(1,))
    assert np.mean(distance(one.sample(200)) > 0.2) > 0.2  # a single normal distribution fills what lies between
    assert trained.interpolate(X[0], X[1], 3).shape == (3, 4)


def test_it_is_the_same_after_a_reload_and_in_an_export_of_raw_pixels(trained, tmp_path):
    folder = zoo.export(Scaled(trained), tmp_path, examples=255 * X[:3])
    np.testing.assert_allclose(zoo.load(folder).sample(4, seed=3), 255 * trained.sample(4, seed=3), rtol=1e-5)
    sample = tf.saved_model.load(str(folder / "saved_model")).signatures["sample"]
    found = sample(count=tf.constant(4), seed=tf.constant([3, 0]))["sample"]
    np.testing.assert_allclose(found, 255 * trained.sample(4, seed=3), rtol=1e-5)
    found = tf.saved_model.load(str(folder / "saved_model")).signatures["sample_from"](**trained.noise(4, [3, 0]))
    np.testing.assert_allclose(found["sample"], 255 * trained.sample(4, seed=3), rtol=1e-5)


def test_long_codes_have_room_for_fewer_components():
    rooms = {units: MixturePrior(zoo.build("vanilla", (4,), latent_dim=units)).components for units in (8, 512, 4096)}
    assert rooms == {8: 100, 512: 16, 4096: 1}
    assert MixturePrior(zoo.build("vanilla", (4,), latent_dim=512), components=20).components == 20


def test_what_has_no_vector_as_its_code_is_refused():
    with pytest.raises(zoo.UsageError, match=r"one whose code is a vector.*vq_vae has codes of the shape"):
        zoo.build("vq_vae", (8, 8), prior="mixture")
    with pytest.raises(zoo.UsageError, match="and labels"):
        zoo.build("vae", (4, 4), classes=3, prior="mixture")
    with pytest.raises(zoo.UsageError, match="Did you mean 'mixture'"):
        zoo.build("vae", (4, 4), prior="mixtures")
    with pytest.raises(zoo.UsageError, match="at least 5 samples"):
        zoo.build("vae", (4,), prior="mixture").fit_prior(X[:3])
