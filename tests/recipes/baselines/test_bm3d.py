"""BM3D takes noise away in grey and in color; where its package is absent, the error says what to type."""

import sys
from importlib.util import find_spec

import numpy as np
import pytest

from recipes.baselines.bm3d import bm3d
from zoo import UsageError

installed = pytest.mark.skipif(not find_spec("bm3d"), reason="the package bm3d is not installed")
SIGMA = 0.1


@installed
@pytest.mark.parametrize("channels", [1, 3])
def test_takes_noise_away(channels):
    clean = np.full((2, 16, 20, channels), 0.3)
    clean[1, :, 10:] = 0.7
    noisy = clean + np.random.default_rng(0).normal(0, SIGMA, clean.shape)
    denoised = bm3d(noisy, SIGMA)
    assert denoised.shape == clean.shape
    assert denoised.dtype == "float32"
    assert np.std(denoised - clean, axis=(1, 2, 3)).max() < SIGMA / 3  # of each picture


@installed
@pytest.mark.parametrize("channels", [1, 3])
def test_a_small_picture_comes_back_in_range(channels):
    bright = np.random.default_rng(1).normal(1.4, SIGMA, (1, 8, 8, channels))
    np.testing.assert_array_equal(bm3d(bright, SIGMA), np.ones((1, 8, 8, channels)))


def test_says_what_to_type(monkeypatch):
    monkeypatch.setitem(sys.modules, "bm3d", None)  # importing it fails
    with pytest.raises(UsageError, match="pip install bm3d"):
        bm3d(np.zeros((1, 16, 16, 1)), SIGMA)
