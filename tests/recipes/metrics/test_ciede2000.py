"""CIEDE2000: ends of the scale, a pair of the paper's table, the mean over pictures."""

import numpy as np
import pytest
from skimage.color import lab2rgb

from recipes.metrics.ciede2000 import ciede2000

RANDOM = np.random.default_rng(0).uniform(size=(2, 4, 5, 3))


def test_equal_pictures_have_0_and_white_is_100_from_black():
    assert ciede2000(RANDOM, RANDOM) == 0
    # Of lightness 0 and 100 the mean is 50, where the formula's weight of lightness is 1.
    assert ciede2000(np.zeros((1, 3, 3, 3)), np.ones((1, 3, 3, 3))) == pytest.approx(100, abs=0.01)


def test_a_pair_of_the_paper():
    a, b = (lab2rgb(np.array(lab).reshape(1, 1, 1, 3)) for lab in ([50.0, 2.5, 0.0], [61.0, -5.0, 29.0]))
    assert ciede2000(a, b) == pytest.approx(22.8977, abs=0.01)  # table 1, pair 19


def test_is_the_mean_over_pixels_and_pictures():
    black, changed = np.zeros((2, 2, 2, 3)), np.zeros((2, 2, 2, 3))
    changed[0, 0, 0] = 1  # one of eight pixels
    assert ciede2000(black, changed) == pytest.approx(100 / 8, abs=0.01)
