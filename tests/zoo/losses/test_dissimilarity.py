"""Structural dissimilarity against its definition and against scikit-image."""

import keras
import numpy as np
import pytest
from skimage.metrics import structural_similarity

from zoo.losses.dissimilarity import WINDOW, Dissimilarity

RNG = np.random.default_rng(0)
X, Y = RNG.random((2, 1, 24, 20, 3), "float32")


def test_inside_it_is_scikit_images():
    found = np.asarray(Dissimilarity().call(X, Y))
    assert found.shape == (1, 24, 20)
    options = {"win_size": WINDOW, "data_range": 1.0, "channel_axis": 2, "use_sample_covariance": False}
    _, expected = structural_similarity(X[0], Y[0], full=True, **options)
    edge = WINDOW // 2
    inside = np.s_[edge:-edge, edge:-edge]
    np.testing.assert_allclose(found[0][inside], 1 - expected.mean(axis=-1)[inside], atol=1e-4)


def test_two_flat_pictures_differ_in_brightness_alone():
    flat = np.ones((1, 4, 4, 1), "float32")
    found = np.asarray(Dissimilarity().call(0.4 * flat, 0.8 * flat))
    # (2 * 0.4 * 0.8 + c1) / (0.4^2 + 0.8^2 + c1), at the edges too, and of pictures smaller than a window
    np.testing.assert_allclose(found, 1 - 0.6401 / 0.8001, rtol=1e-3)


def test_equal_pictures_have_none_and_no_gradient_is_nan():
    assert np.abs(Dissimilarity().call(X, X)).max() < 1e-5
    assert float(Dissimilarity()(X, X)) == pytest.approx(0.0, abs=1e-5)
    black = keras.ops.zeros((1, 8, 8, 1))
    assert float(Dissimilarity()(black, black)) == 0.0
