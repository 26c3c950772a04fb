"""Likes, counted."""

import numpy as np
from scipy import sparse

from recipes.baselines.popularity import popularity


def test_everybody_gets_the_number_of_likes():
    scores = popularity(np.array([2, 0, 2, 2]), 4)(sparse.csr_array((3, 4)))
    np.testing.assert_array_equal(scores, [[1, 0, 3, 0]] * 3)


def test_scores_take_no_memory_for_each_person():
    assert popularity(np.array([1]), 5)(sparse.csr_array((10**6, 5))).strides[0] == 0
