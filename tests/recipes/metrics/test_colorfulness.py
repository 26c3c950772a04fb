"""Colorfulness, by the paper's formula in the head."""

import numpy as np
import pytest

from recipes.metrics.colorfulness import colorfulness

RED, GREEN = np.array([1.0, 0, 0]), np.array([0, 1.0, 0])


def flat(color):
    return np.broadcast_to(color, (1, 4, 6, 3))


def test_grey_has_none():
    grey = np.random.default_rng(0).uniform(size=(3, 4, 5, 1))
    assert colorfulness(np.repeat(grey, 3, axis=-1)) == pytest.approx(0, abs=1e-9)


def test_of_one_color_the_distance_from_grey_counts():
    # Red is 255 along red - green and 127.5 along yellow - blue.
    assert colorfulness(flat(RED)) == pytest.approx(0.3 * np.hypot(255, 127.5))


def test_of_two_colors_the_spread_counts():
    # Half red, half green: 255 to either side along red - green, both 127.5 along yellow - blue.
    half = np.concatenate([flat(RED), flat(GREEN)], axis=1)
    assert colorfulness(half) == pytest.approx(255 + 0.3 * 127.5)


def test_is_the_mean_over_pictures():
    pictures = np.concatenate([flat(RED), np.zeros((1, 4, 6, 3))])
    assert colorfulness(pictures) == pytest.approx(colorfulness(flat(RED)) / 2)
