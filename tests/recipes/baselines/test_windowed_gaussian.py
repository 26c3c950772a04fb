"""The windowed Gaussian against the benchmark's loop: a window that grows, and then moves on step by step."""

import numpy as np
import pytest

from recipes.baselines import windowed_gaussian as module
from recipes.baselines.windowed_gaussian import windowed_gaussian


def by_loop(x: np.ndarray, window: int, step: int) -> list[float]:
    found, kept, waiting = [0.0], [x[0]], []
    for value in x[1:]:
        deviation = np.std(kept) or module.LEAST
        found.append(abs(value - np.mean(kept)) / deviation)
        if len(kept) < window:
            kept.append(value)
        else:
            waiting.append(value)
            if len(waiting) == step:
                kept, waiting = [*kept[step:], *waiting], []
    return found


@pytest.mark.parametrize(("window", "step"), [(6400, 100), (8, 3), (5, 5)])
def test_it_is_the_benchmarks_loop(window, step, monkeypatch):
    monkeypatch.setattr(module, "WINDOW", window)
    monkeypatch.setattr(module, "STEP", step)
    x = np.random.default_rng(0).normal(size=40)
    np.testing.assert_allclose(windowed_gaussian(x[:, None])[2:], by_loop(x, window, step)[2:], rtol=1e-6)


def test_of_several_channels_the_most_unusual_counts():
    x = np.random.default_rng(0).normal(size=(40, 2))
    each = [windowed_gaussian(x[:, i : i + 1]) for i in range(2)]
    np.testing.assert_allclose(windowed_gaussian(x), np.maximum(*each))
