"""The first layer of a network that reads ratings, by hand, from dense rows and from sparse ones."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from zoo.layers.rating_dense import RatingDense

X = np.array([[5, 0, 3], [0, 1, 0], [0, 0, 0]], "float32")


def layer(mask_channel=True, activation="linear"):
    made = RatingDense(2, half=2.0, mask_channel=mask_channel, activation=activation)
    made.build((None, 3))
    made.mean.assign(3.0)
    made.typical.assign(2.0)
    made.kernel.assign([[1.0, 0.0], [2.0, 1.0], [7.0, 7.0]])
    made.bias.assign([0.0, 0.5])
    if mask_channel:
        made.mask_kernel.assign([[10.0, 0.0], [20.0, 0.0], [0.0, 30.0]])
    return made


def test_by_hand():
    # 5 stars are (5 - 3) / 2 = 1, 3 are 0, 1 is -1: the first row is 1 * (1, 0) + 0 * (7, 7) and both masks' weights.
    # Two ratings are typical, and one weighs as the root of two.
    root = np.sqrt([[1], [2], [0]])
    values, masks = np.array([[1, 0], [-2, -1], [0, 0]]), np.array([[10, 30], [20, 0], [0, 0]])
    np.testing.assert_allclose(layer(mask_channel=False)(X), root * values + [0, 0.5], rtol=1e-6)
    np.testing.assert_allclose(layer()(X), root * (values + masks) + [0, 0.5], rtol=1e-6)


def test_the_activation_comes_last():
    np.testing.assert_allclose(layer(False, "relu")(X), np.maximum(layer(False)(X), 0))


def test_nan_is_no_rating():
    np.testing.assert_array_equal(layer()(np.where(X > 0, X, np.nan)), layer()(X))


@pytest.mark.parametrize("mask_channel", [True, False])
def test_sparse_rows_give_what_dense_ones_give(mask_channel):
    made = layer(mask_channel)
    np.testing.assert_allclose(made(tf.sparse.from_dense(X)), made(X), rtol=1e-6)


def test_each_rating_may_weigh_something_else():
    # The first row's first rating is dropped with its mask, and the other counts twice, of still two ratings.
    weights = np.array([[0, 9, 2], [9, 1, 9], [9, 9, 9]], "float32")
    found = layer()(X, weights)
    np.testing.assert_allclose(found[0], [0, 2 * 30 + 0.5], rtol=1e-6)
    np.testing.assert_array_equal(found[1:], layer()(X)[1:])
    np.testing.assert_allclose(layer()(tf.sparse.from_dense(X), weights[X > 0]), found, rtol=1e-6)


def test_both_channels_begin_as_one_kernel_of_both_would():
    made = RatingDense(200, seed=3)
    made.build((None, 300))
    limit = np.sqrt(6 / (2 * 300 + 200))  # Glorot's
    for kernel in (made.kernel, made.mask_kernel):
        assert 0.99 * limit < np.abs(kernel).max() <= limit
    assert np.abs(np.corrcoef(np.ravel(made.kernel), np.ravel(made.mask_kernel))[0, 1]) < 0.02


def test_the_mean_is_not_trained():
    assert {weight.name for weight in layer().trainable_weights} == {"kernel", "mask_kernel", "bias"}
    assert layer().compute_output_shape((None, 3)) == (None, 2)


def test_it_is_made_again_from_its_config():
    made = RatingDense(4, 1.5, False, "relu", 7)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(made))
    assert (again.units, again.half, again.mask_channel, again.seed) == (4, 1.5, False, 7)
    assert again.activation is keras.activations.relu
