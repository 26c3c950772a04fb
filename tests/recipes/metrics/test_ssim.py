"""Structural similarity: 1 for equal images, by the definition for flat ones, the mean over images."""

import numpy as np
import pytest
from skimage.metrics import structural_similarity

from recipes.metrics.ssim import ssim

X, OTHER = np.random.default_rng(0).uniform(size=(2, 4, 12, 10)).astype("float32")


def test_equal_images_have_1():
    assert ssim(X, X) == pytest.approx(1)


def test_flat_images_differ_in_luminance_alone():
    a, b, c1 = 0.2, 0.6, 0.01**2
    expected = (2 * a * b + c1) / (a**2 + b**2 + c1)  # Wang et al. 2004, equation 6
    assert ssim(np.full((1, 9, 9), a), np.full((1, 9, 9), b)) == pytest.approx(expected)


def test_is_the_mean_over_images():
    each = [structural_similarity(a, b, data_range=1.0) for a, b in zip(X, OTHER, strict=True)]
    assert ssim(X, OTHER) == pytest.approx(np.mean(each))
    assert np.std(each) > 0
