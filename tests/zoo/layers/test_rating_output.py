"""The last layer of a network that predicts ratings, by hand: all of a row, or some entries alone."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from zoo.layers.rating_output import RatingOutput

ENTRIES = np.array([[0, 2], [0, 0], [1, 1]], "int64")


def layer(residual=True):
    made = RatingOutput(3, residual)
    made.build((None, 2 + residual))
    made.kernel.assign([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    made.bias.assign([0.1, 0.2, 0.3])
    made.base.assign([3.0, 3.0, 4.0])
    return made


def test_by_hand():
    code = np.array([[1, 2], [0, -1]], "float32")
    expected = np.add([[1, 2, 3], [0, -1, -1]], [3.1, 3.2, 4.3])
    np.testing.assert_allclose(layer(residual=False)(code), expected, rtol=1e-6)
    # The rows' own biases are 10 and -10, and reach all columns as they are.
    code = np.array([[1, 2, 10], [0, -1, -10]], "float32")
    np.testing.assert_allclose(layer()(code), np.add(expected, [[10], [-10]]), rtol=1e-6)


@pytest.mark.parametrize("residual", [True, False])
def test_entries_alone_are_those_of_all(residual):
    made = layer(residual)
    code = np.random.default_rng(0).normal(size=(2, 2 + residual)).astype("float32")
    found = made.at(tf.constant(code), tf.constant(ENTRIES))
    np.testing.assert_allclose(found, made(code).numpy()[tuple(ENTRIES.T)], rtol=1e-6)
    assert made.at(tf.constant(code), tf.constant(ENTRIES[:0])).shape == (0,)


def test_the_base_is_not_trained():
    assert {weight.name for weight in layer().trainable_weights} == {"kernel", "bias"}
    assert layer().compute_output_shape((None, 3)) == (None, 3)


def test_it_is_made_again_from_its_config():
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(RatingOutput(5, False, 9)))
    assert (again.columns, again.residual, again.seed) == (5, False, 9)
