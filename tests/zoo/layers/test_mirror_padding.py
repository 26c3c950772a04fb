"""What pictures are filled up with, and how far."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from zoo.layers.mirror_padding import MirrorPadding


def test_rows_and_columns_are_mirrored_by_hand():
    filled = MirrorPadding(4)(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])[None, ..., None]).numpy()[0, ..., 0]
    np.testing.assert_array_equal(filled, [[1, 2, 3, 3], [4, 5, 6, 6], [4, 5, 6, 6], [1, 2, 3, 3]])


def test_a_small_picture_is_mirrored_again_and_again():
    line = np.array([1.0, 2.0])[None, None, :, None]
    np.testing.assert_array_equal(MirrorPadding(7)(line)[0, :, :, 0], [[1, 2, 2, 1, 1, 2, 2]] * 7)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 8))
def test_any_size_is_filled_up_to_the_next_multiple(height, width, multiple):
    x = np.random.default_rng(0).uniform(size=(2, height, width, 3)).astype("float32")
    layer = MirrorPadding(multiple)
    filled = layer(x).numpy()
    for size, wanted in zip(filled.shape[1:3], (height, width), strict=True):
        assert size % multiple == 0
        assert 0 <= size - wanted < multiple
    assert layer.compute_output_shape(x.shape) == filled.shape
    below, right = filled.shape[1] - height, filled.shape[2] - width
    np.testing.assert_array_equal(filled, np.pad(x, ((0, 0), (0, below), (0, right), (0, 0)), "symmetric"))


@pytest.mark.parametrize(("size", "gathers"), [(8, 0), (7, 2), (None, 2)])
def test_pictures_that_are_known_to_fit_pass_as_they_are(size, gathers):
    layer = tf.function(MirrorPadding(4), autograph=False)
    graph = layer.get_concrete_function(tf.TensorSpec((1, size, size, 1), tf.float32)).graph
    assert sum(operation.type == "GatherV2" for operation in graph.get_operations()) == gathers


def test_shapes_of_any_size_are_known():
    assert MirrorPadding(4).compute_output_shape((None, None, 5, 3)) == (None, None, 8, 3)


def test_it_is_made_again_from_its_config():
    assert keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(MirrorPadding(8))).multiple == 8
