"""Bicubic interpolation: the kernel's own numbers, straight lines, and the degradation that a network trains on."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recipes.baselines.bicubic import bicubic, shrunk
from zoo.layers.bicubic import Shrinking

STEP = 1 / 255


def test_enlarging_weighs_by_the_kernel():
    point = np.zeros((1, 5, 5, 1))
    point[0, 2, 2] = 1
    # Twice as large, the nearest pixels' centres are a quarter of a pixel away, the next three quarters; Keys 1981,
    # equation 15: 1.5 t^3 - 2.5 t^2 + 1 up to t = 1.
    near, far = 1.5 / 64 - 2.5 / 16 + 1, 1.5 * 27 / 64 - 2.5 * 9 / 16 + 1
    expected = np.outer([far, near, near, far], [far, near, near, far])
    enlarged = bicubic(point, 2)
    assert enlarged.shape == (1, 10, 10, 1)
    np.testing.assert_allclose(enlarged[0, 3:7, 3:7, 0], expected, atol=1e-6)
    assert enlarged.min() == 0  # the kernel is negative further out


@settings(max_examples=20)
@given(st.integers(2, 4), st.floats(0, 0.05), st.floats(0, 0.05))
def test_a_plane_stays_one(scale, a, b):
    def plane(height, width, scale):
        down, across = ((np.arange(length) + 0.5) / scale - 0.5 for length in (height, width))
        return (0.2 + a * down[:, None] + b * across)[None, ..., None]

    inside = (slice(None), slice(2 * scale, -2 * scale), slice(2 * scale, -2 * scale))  # the edge repeats itself
    expected = plane(6 * scale, 7 * scale, scale)
    np.testing.assert_allclose(bicubic(plane(6, 7, 1), scale)[inside], expected[inside], atol=1e-6)


@pytest.mark.parametrize("resize", [bicubic, shrunk])
def test_pictures_and_channels_do_not_mix(resize):
    pictures = np.random.default_rng(0).uniform(size=(2, 8, 6, 3))
    resized = resize(pictures, 2)
    for i in range(2):
        for c in range(3):
            np.testing.assert_array_equal(resized[i, ..., c], resize(pictures[i, None, ..., c, None], 2)[0, ..., 0])


def test_shrinking_cuts_what_is_left_over():
    pictures = np.random.default_rng(1).uniform(size=(1, 14, 11, 3))
    assert shrunk(pictures, 3).shape == (1, 4, 3, 3)
    np.testing.assert_array_equal(shrunk(pictures, 3), shrunk(pictures[:, :12, :9], 3))


def test_shrinking_does_not_alias():
    board = (np.indices((16, 16)).sum(axis=0) % 2)[None, ..., None]  # taking every second pixel would leave one color
    assert np.abs(shrunk(board, 2) - 0.5)[:, 2:-2, 2:-2].max() <= STEP


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_shrinking_is_the_networks(scale):
    rng = np.random.default_rng(scale)
    pictures = np.clip(rng.normal(0.5, 0.4, (2, 26, 31, 3)), 0, 1).astype("float32")  # dark and light ones are clipped
    small = shrunk(pictures, scale)
    levels = 255 * small
    np.testing.assert_allclose(levels, np.round(levels), atol=1e-3)
    np.testing.assert_allclose(small, Shrinking(scale).corrupted(pictures, 0), atol=1.001 * STEP)
    assert small.std() > 0.05
