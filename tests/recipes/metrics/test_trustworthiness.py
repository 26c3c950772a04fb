"""Trustworthiness, by arithmetic."""

import numpy as np
import pytest

from recipes.metrics import trustworthiness as module
from recipes.metrics.trustworthiness import trustworthiness

LINE = np.arange(20.0)[:, None] ** 1.7  # all distances differ


def test_a_code_that_keeps_all_neighbours_is_trusted():
    assert trustworthiness(LINE, 3 * LINE + 1) == 1
    assert trustworthiness(LINE.reshape(20, 1, 1), LINE) == 1


def test_is_the_definition():
    """1 - 2 / (n k (2 n - 3 k - 1)) sum over false neighbours of (rank in the data - k)."""
    rng = np.random.default_rng(0)
    x, codes = rng.random((12, 3)), rng.random((12, 2))
    n, k = 12, 5
    order = [np.argsort(np.linalg.norm(v[:, None] - v[None], axis=-1), axis=1)[:, 1:] for v in (x, codes)]
    penalty = 0
    for i in range(n):
        rank = {int(j): place + 1 for place, j in enumerate(order[0][i])}
        penalty += sum(max(0, rank[int(j)] - k) for j in order[1][i, :k])
    assert trustworthiness(x, codes) == pytest.approx(1 - 2 / (n * k * (2 * n - 3 * k - 1)) * penalty)


def test_above_a_number_of_samples_some_are_compared(monkeypatch):
    monkeypatch.setattr(module, "MOST", 20)
    codes = np.random.default_rng(0).random((39, 1))
    x = np.arange(39.0)[:, None]
    assert trustworthiness(x, codes) == trustworthiness(x[::2], codes[::2])
