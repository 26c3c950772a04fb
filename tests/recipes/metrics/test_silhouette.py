"""Silhouettes, by arithmetic."""

import numpy as np
import pytest

from recipes.metrics import silhouette as module
from recipes.metrics.silhouette import silhouette


def test_is_the_mean_of_each_samples():
    codes = np.array([[0.0], [1.0], [10.0], [11.0]])
    # a = 1 for all; b = mean distance to the other two
    expected = np.mean([1 - 1 / 10.5, 1 - 1 / 9.5, 1 - 1 / 9.5, 1 - 1 / 10.5])
    assert silhouette(codes, np.array([0, 0, 1, 1])) == pytest.approx(expected)
    assert silhouette(codes.reshape(4, 1, 1), np.array([0, 0, 1, 1])) == pytest.approx(expected)


def test_above_a_number_of_samples_some_are_compared(monkeypatch):
    monkeypatch.setattr(module, "MOST", 10)
    codes, labels = np.random.default_rng(0).random((19, 2)), np.arange(19) // 2 % 2
    assert silhouette(codes, labels) == silhouette(codes[::2], labels[::2])
