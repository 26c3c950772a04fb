"""Diversity of topics, by hand."""

import numpy as np

from recipes.metrics.topic_diversity import topic_diversity


def test_it_is_the_share_of_words_that_are_there_once_or_more():
    assert topic_diversity(np.array([[1, 2], [3, 4]])) == 1
    assert topic_diversity(np.array([[1, 2], [2, 3]])) == 3 / 4
    assert topic_diversity(np.array([[1, 2], [1, 2], [1, 2]])) == 1 / 3
