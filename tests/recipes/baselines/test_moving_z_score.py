"""A moving z-score against a loop."""

import numpy as np

from recipes.baselines.moving_z_score import LEAST, moving_z_score


def test_it_is_the_distance_from_the_steps_just_before():
    x = np.random.default_rng(0).normal(size=(30, 2))
    found = moving_z_score(x, 5)
    assert found[0] == 0
    for t in range(2, 30):
        before = x[max(0, t - 5) : t]
        expected = np.square((x[t] - before.mean(axis=0)) / before.std(axis=0)).mean()
        np.testing.assert_allclose(found[t], expected, rtol=1e-6)


def test_a_channel_that_stood_still_has_a_least_deviation():
    x = np.array([[1.0], [1.0], [1.0], [1.5]])
    np.testing.assert_allclose(moving_z_score(x, 3), [0, 0, 0, (0.5 / LEAST) ** 2])
