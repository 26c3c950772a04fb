"""The isolation forest finds what lies far off."""

import numpy as np

from recipes.baselines.isolation_forest import isolation_forest


def test_what_lies_far_off_scores_high_and_a_seed_gives_the_same():
    rng = np.random.default_rng(0)
    train, near, far = rng.normal(size=(200, 2, 3)), rng.normal(size=(50, 2, 3)), rng.normal(size=(50, 2, 3)) + 6
    score = isolation_forest(train, seed=1)
    assert score(near).shape == (50,)
    assert score(far).min() > score(near).max()
    np.testing.assert_array_equal(isolation_forest(train, seed=1)(near), score(near))
