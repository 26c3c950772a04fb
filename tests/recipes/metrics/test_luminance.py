"""Luminance: what ITU-R BT.601 says of black, white and the primaries; greys pass."""

import numpy as np
import pytest

from recipes.metrics.luminance import luminance


@pytest.mark.parametrize(
    ("color", "expected"),
    [
        ((0, 0, 0), 16),
        ((1, 1, 1), 235),
        ((0.5, 0.5, 0.5), 125.5),
        ((1, 0, 0), 81.481),
        ((0, 1, 0), 144.553),
        ((0, 0, 1), 40.966),
    ],
)
def test_the_scale(color, expected):
    assert 255 * luminance(np.array(color)) == pytest.approx(expected)


def test_each_pixel_keeps_its_place():
    pictures = np.zeros((2, 4, 5, 3), "float32")
    pictures[1, 2, 3] = 1
    y = luminance(pictures)
    assert y.shape == (2, 4, 5, 1)
    assert np.flatnonzero(y > 0.5).tolist() == [np.ravel_multi_index((1, 2, 3), (2, 4, 5))]


def test_greys_come_back_as_they_are():
    grey = np.random.default_rng(0).uniform(size=(2, 4, 5, 1))
    np.testing.assert_array_equal(luminance(grey), grey)
