"""The distance to the fifth nearest neighbor, counted by hand."""

import numpy as np

from recipes.baselines.nearest_neighbors import nearest_neighbors


def test_a_score_is_the_distance_to_the_fifth_nearest():
    train = np.arange(10.0).reshape(10, 1)  # 0, 1, ... 9
    score = nearest_neighbors(train)
    assert score(np.array([[0.0], [4.0], [12.0]])).tolist() == [4.0, 2.0, 7.0]


def test_of_fewer_samples_it_is_the_distance_to_the_farthest():
    assert nearest_neighbors(np.zeros((2, 1, 2)))(np.array([[[3.0, 4.0]]])).tolist() == [5.0]
