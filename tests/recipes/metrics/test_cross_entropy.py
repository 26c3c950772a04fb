"""Binary cross-entropy, by arithmetic."""

import math

import numpy as np
import pytest

from recipes.metrics.cross_entropy import EPSILON, cross_entropy


def test_of_even_odds_is_log_2_whatever_the_pixels():
    assert cross_entropy(np.array([0, 1, 0.3]), np.full(3, 0.5)) == pytest.approx(math.log(2))


def test_is_the_mean_over_pixels():
    x, p = np.array([[1.0, 0.0]]), np.array([[0.25, 0.5]])
    assert cross_entropy(x, p) == pytest.approx((math.log(4) + math.log(2)) / 2)


def test_is_clipped_as_keras_clips():
    ones, zeros = np.ones(4, "float32"), np.zeros(4, "float32")
    assert cross_entropy(ones, zeros) == pytest.approx(-math.log(EPSILON))
    assert cross_entropy(ones, ones) == pytest.approx(EPSILON, rel=1e-3)
