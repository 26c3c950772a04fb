"""Labels beside values, by hand."""

import numpy as np
import pytest

import zoo
from zoo.layers.label_planes import LabelPlanes


def test_a_vector_is_followed_by_its_labels_one_hot_code():
    found = LabelPlanes(3)([np.array([[5.0, 6.0], [7.0, 8.0]], "float32"), np.array([2, 0])])
    np.testing.assert_array_equal(found, [[5, 6, 0, 0, 1], [7, 8, 1, 0, 0]])


def test_a_map_gets_a_plane_for_each_class():
    x = np.random.default_rng(0).random((2, 4, 3, 1)).astype("float32")
    found = np.asarray(LabelPlanes(2)([x, np.array([1, 0])]))
    assert found.shape == (2, 4, 3, 3)
    np.testing.assert_array_equal(found[..., :1], x)
    np.testing.assert_array_equal(found[0, :, :, 1:], np.broadcast_to([0, 1], (4, 3, 2)))


def test_a_number_of_classes_below_1_is_refused():
    with pytest.raises(zoo.UsageError, match="classes must be"):
        LabelPlanes(0)
