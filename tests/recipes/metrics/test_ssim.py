"""Structural similarity: 1 for equal images, by the definition in one window, the mean over images and channels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.metrics import structural_similarity

from recipes.metrics.ssim import ssim

X, OTHER = np.random.default_rng(0).uniform(size=(2, 4, 12, 10)).astype("float32")
C1, C2 = 0.01**2, 0.03**2


def in_one_window(a, b, weights, correction=1.0):
    """Wang et al. 2004, equation 13; `correction` makes population covariances those of a sample."""
    mean_a, mean_b = (weights * a).sum(), (weights * b).sum()
    a, b = a - mean_a, b - mean_b
    var_a, var_b, cov = (correction * (weights * product).sum() for product in (a * a, b * b, a * b))
    luminance = (2 * mean_a * mean_b + C1) / (mean_a**2 + mean_b**2 + C1)
    return luminance * (2 * cov + C2) / (var_a + var_b + C2)


@pytest.mark.parametrize("gaussian", [False, True])
def test_equal_images_have_1(gaussian):
    assert ssim(X, X, gaussian=gaussian) == pytest.approx(1)


@pytest.mark.parametrize("gaussian", [False, True])
def test_flat_images_differ_in_luminance_alone(gaussian):
    a, b = 0.2, 0.6
    expected = (2 * a * b + C1) / (a**2 + b**2 + C1)  # Wang et al. 2004, equation 6
    assert ssim(np.full((1, 9, 9), a), np.full((1, 9, 9), b), gaussian=gaussian) == pytest.approx(expected)


def test_is_the_mean_over_images():
    each = [structural_similarity(a, b, data_range=1.0) for a, b in zip(X, OTHER, strict=True)]
    assert ssim(X, OTHER) == pytest.approx(np.mean(each))
    assert np.std(each) > 0


@pytest.mark.parametrize("gaussian", [False, True])
def test_is_the_mean_over_channels(gaussian):
    each = [ssim(X[[i]], OTHER[[i]], gaussian=gaussian) for i in range(4)]
    x, other = (np.stack([images[:2], images[2:]], axis=-1) for images in (X, OTHER))
    assert x.shape == (2, 12, 10, 2)
    assert ssim(x, other, gaussian=gaussian) == pytest.approx(np.mean(each))


@pytest.mark.parametrize("side", [3, 5, 7])
def test_in_one_window_of_equal_weights(side):
    a, b = np.random.default_rng(1).uniform(size=(2, side, side))
    n = side * side
    assert ssim(a[None], b[None]) == pytest.approx(in_one_window(a, b, np.full((side, side), 1 / n), n / (n - 1)))


@pytest.mark.parametrize(("side", "sigma"), [(11, 1.5), (7, 1.5 * 7 / 11), (3, 1.5 * 3 / 11)])
def test_in_one_gaussian_window(side, sigma):
    a, b = np.random.default_rng(2).uniform(size=(2, side, side))
    bell = np.exp(-((np.arange(side) - side // 2) ** 2) / (2 * sigma**2))
    weights = np.outer(bell, bell) / bell.sum() ** 2
    assert ssim(a[None], b[None], gaussian=True) == pytest.approx(in_one_window(a, b, weights))


@settings(max_examples=30)
@given(st.integers(1, 13), st.integers(1, 13), st.booleans())
def test_no_size_is_too_small(height, width, gaussian):
    x, other = np.random.default_rng(3).uniform(size=(2, 1, height, width, 3))
    assert ssim(x, x, gaussian=gaussian) == pytest.approx(1)
    assert -1 <= ssim(x, other, gaussian=gaussian) < 1


@pytest.mark.parametrize("gaussian", [False, True])
def test_of_one_pixel_the_luminance_is_compared(gaussian):
    expected = (2 * 0.2 * 0.6 + C1) / (0.2**2 + 0.6**2 + C1)
    assert ssim(np.full((1, 1, 1), 0.2), np.full((1, 1, 1), 0.6), gaussian=gaussian) == pytest.approx(expected)
