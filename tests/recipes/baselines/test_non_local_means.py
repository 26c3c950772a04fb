"""Non-local means: noise goes where much looks alike, edges stay, and sigma has the pictures' unit."""

import numpy as np
import pytest

from recipes.baselines.non_local_means import non_local_means

SIGMA = 0.1
CLEAN = np.full((2, 24, 24, 3), 0.2)
CLEAN[:, :, 12:] = 0.8
NOISY = CLEAN + np.random.default_rng(0).normal(0, SIGMA, CLEAN.shape)


@pytest.mark.parametrize("channels", [1, 3])
def test_takes_noise_away_and_leaves_an_edge(channels):
    denoised = non_local_means(NOISY[..., :channels], SIGMA)
    assert denoised.shape == (2, 24, 24, channels)
    assert denoised.dtype == "float32"
    # A mean of 9 pixels would leave a third of the noise, and half the step on either side of the edge.
    assert np.std(denoised - CLEAN[..., :channels]) < SIGMA / 3
    assert np.abs(denoised[:, :, 11:13].mean(axis=(0, 1, 3)) - [0.2, 0.8]).max() < 0.05


def test_sigma_has_the_pictures_unit():
    pictures = NOISY.clip(0.01, 0.99)
    np.testing.assert_allclose(
        non_local_means(pictures / 2, SIGMA / 2), non_local_means(pictures, SIGMA) / 2, atol=1e-5
    )


def test_pictures_do_not_mix():
    np.testing.assert_array_equal(non_local_means(NOISY, SIGMA)[1:], non_local_means(NOISY[1:], SIGMA))


def test_the_result_is_in_range():
    denoised = non_local_means(NOISY * 1.2 - 0.1, 1e-3)
    assert (denoised.min(), denoised.max()) == (0, 1)


@pytest.mark.parametrize("side", [1, 2, 5])
def test_a_flat_picture_of_any_size_stays(side):
    flat = np.full((1, side, side + 1, 1), 0.25)
    np.testing.assert_allclose(non_local_means(flat, SIGMA), flat, atol=1e-6)
    np.testing.assert_allclose(non_local_means(flat[:, :, :side], SIGMA), flat[:, :, :side], atol=1e-6)
