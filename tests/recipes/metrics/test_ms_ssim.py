"""Similarity at several scales: 1 for equal pictures, the plain one for small ones, and a value of TensorFlow's."""

import math

import numpy as np
import pytest
import tensorflow as tf

from recipes.metrics.ms_ssim import decibels, ms_ssim


def pair(height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    x = tf.image.resize(rng.random((1, 12, 12, 3)), (height, width)).numpy()
    return x, np.clip(x + rng.normal(scale=0.1, size=x.shape), 0, 1).astype("float32")


def test_it_is_tensorflows():
    x, other = pair(192, 208)
    expected = float(tf.image.ssim_multiscale(x, other, 1.0)[0])
    assert 0.3 < expected < 0.98
    assert ms_ssim(x, other) == pytest.approx(expected, abs=2e-3)  # which does not average windows alike at the edges


def test_equal_pictures_of_any_size_have_1():
    for size in ((1, 1), (9, 30), (176, 176), (177, 353)):
        x, _ = pair(*size)
        assert ms_ssim(x, x) == pytest.approx(1)


def test_it_falls_with_noise_and_is_finite_for_opposites():
    x, other = pair(64, 64)
    worse = np.clip(x + 3 * (other - x), 0, 1)
    assert 0 <= ms_ssim(x, 1 - x) < ms_ssim(x, worse) < ms_ssim(x, other) < 1


def test_a_tenth_and_a_hundredth_less_than_1_in_decibels():
    assert decibels(0.9) == pytest.approx(10)
    assert decibels(0.99) == pytest.approx(20)
    assert math.isfinite(decibels(1.0))
