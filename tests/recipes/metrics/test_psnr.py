"""Peak signal-to-noise ratio, by arithmetic."""

import numpy as np
import pytest
from skimage.metrics import peak_signal_noise_ratio

from recipes.metrics.psnr import psnr


def test_a_tenth_off_everywhere_is_20_decibels():
    assert psnr(np.zeros((2, 3, 3)), np.full((2, 3, 3), 0.1)) == pytest.approx(20)


def test_is_the_mean_over_images_of_their_own_ratios():
    x, other = np.zeros((2, 4)), np.array([[0.1] * 4, [0.01] * 4])  # 20 and 40 decibels
    assert psnr(x, other) == pytest.approx(30)


def test_an_equal_image_counts_100_decibels():
    assert psnr(np.ones((1, 5)), np.ones((1, 5))) == pytest.approx(100)


def test_is_what_scikit_image_computes():
    x, other = np.random.default_rng(0).uniform(size=(2, 5, 8, 8))
    expected = np.mean([peak_signal_noise_ratio(a, b, data_range=1) for a, b in zip(x, other, strict=True)])
    assert psnr(x, other) == pytest.approx(expected)
