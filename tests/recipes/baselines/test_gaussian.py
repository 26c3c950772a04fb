"""Draws have the mean and the spread of what they were fitted to."""

import numpy as np

from recipes.baselines.gaussian import gaussian

RNG = np.random.default_rng(0)
# One direction in 2 x 3 pixels, about a mean.
MEAN, DIRECTION = RNG.uniform(0.4, 0.6, (2, 3)), RNG.uniform(-1, 1, (2, 3))
TRAIN = (MEAN + 0.05 * RNG.normal(size=(2000, 1, 1)) * DIRECTION).astype("float32")


def test_draws_have_the_mean_and_the_standard_deviation_of_the_data():
    drawn = gaussian(TRAIN, 1)(20_000, 0)
    assert drawn.shape == (20_000, 2, 3)
    assert drawn.dtype == np.float32
    np.testing.assert_allclose(drawn.mean(axis=0), TRAIN.mean(axis=0), atol=2e-3)
    np.testing.assert_allclose(drawn.std(axis=0), TRAIN.std(axis=0), rtol=0.05, atol=1e-3)


def test_draws_stay_in_the_datas_range_and_in_the_components_space():
    sample = gaussian(TRAIN, 99)
    drawn = sample(500, 1)
    assert TRAIN.min() <= drawn.min() < drawn.max() <= TRAIN.max()
    inner = gaussian(TRAIN, 1)(500, 1).reshape(500, -1)
    inside = inner[((inner > TRAIN.min()) & (inner < TRAIN.max())).all(axis=1)]
    np.testing.assert_allclose(np.linalg.matrix_rank(inside - TRAIN.mean(axis=0).ravel(), tol=1e-4), 1)


def test_the_seed_says_which():
    sample = gaussian(TRAIN, 2)
    np.testing.assert_array_equal(sample(5, 3), sample(5, 3))
    assert not np.array_equal(sample(5, 3), sample(5, 4))
