"""Embeddings side by side, by hand."""

import numpy as np

from zoo.layers.place_reader import PlaceReader


def test_embeddings_lie_side_by_side_and_nothing_stands_after_the_end():
    reader = PlaceReader(3, 3, 2)
    reader.build((None, 3))
    reader.table.assign([[0, 1], [2, 3], [4, 5]])
    found = reader(np.array([[2.0, 1, 1], [2, 0, 0]]))
    assert found.numpy().tolist() == [[4, 5, 2, 3, 2, 3], [4, 5, 0, 1, 0, 0]]  # the end is a token
