"""Pictures of any size come out in one: scaled by one factor, middle upon middle, cropped or padded."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from zoo import UsageError
from zoo.layers.framing import Framing

X = np.random.default_rng(0).random((2, 12, 8, 3)).astype("float32")


def test_a_picture_of_that_size_stays_as_it_is():
    np.testing.assert_allclose(Framing((12, 8))(X), X, atol=1e-6)


@pytest.mark.parametrize("size", [(6, 4), (24, 16), (3, 2)])
def test_one_of_the_same_proportions_is_scaled_as_tensorflow_scales_it(size):
    np.testing.assert_allclose(Framing(size)(X), tf.image.resize(X, size, antialias=True), atol=1e-6)


def test_what_does_not_fit_is_cut_off_or_kept_with_black_beside_it():
    white = np.ones((1, 12, 8), "float32")
    np.testing.assert_allclose(Framing((4, 4))(white), np.ones((1, 4, 4)), atol=1e-6)
    padded = Framing((6, 6), "pad")(white)[0].numpy()
    np.testing.assert_allclose(padded, np.tile([0, 1, 1, 1, 1, 0], (6, 1)), atol=1e-6)
    stripes = np.zeros((1, 12, 8), "float32")
    stripes[:, :2], stripes[:, -2:] = 1, 1  # beyond the square in the middle
    assert Framing((8, 8))(stripes).numpy().max() == 0


def test_grey_and_color_and_any_size_in_a_graph():
    frame = Framing((5, 7), "pad")
    assert frame(X[..., 0]).shape == (2, 5, 7)
    call = tf.function(frame, input_signature=[tf.TensorSpec((None, None, None, 3))])
    assert [call(X[:, :side, :side]).shape for side in (3, 8)] == [(2, 5, 7, 3)] * 2
    assert frame(keras.Input((None, None, 3))).shape == (None, 5, 7, 3)
    again = Framing.from_config(frame.get_config())
    np.testing.assert_array_equal(again(X), frame(X))


@pytest.mark.parametrize("arguments", [((5,),), ((5, 0),), ((5, 5), "stretch")])
def test_what_makes_no_frame_is_refused(arguments):
    with pytest.raises(UsageError):
        Framing(*arguments)
