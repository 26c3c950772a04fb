"""A row's bias by hand, from dense rows and from sparse ones."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from zoo import UsageError
from zoo.layers.row_bias import RowBias

X = np.array([[5, 0, 4], [0, 1, 0], [0, 0, 0]], "float32")


def layer(damping=1.0):
    made = RowBias(damping)
    made.build((None, 3))
    made.mean.assign(3.0)
    made.columns.assign([1.0, -1.0, 0.0])
    return made


def test_it_is_the_damped_mean_of_what_columns_and_mean_leave_over():
    # 5 - 3 - 1 = 1 and 4 - 3 - 0 = 1, of two ratings; 1 - 3 + 1 = -1, of one; of none nothing.
    np.testing.assert_allclose(layer()(X), [[2 / (2 + 1)], [-1 / (1 + 1)], [0]], rtol=1e-6)
    np.testing.assert_allclose(layer(0.0)(X), [[1], [-1], [0]], rtol=1e-6)


def test_nan_is_no_rating():
    np.testing.assert_array_equal(layer()(np.where(X > 0, X, np.nan)), layer()(X))


def test_sparse_rows_give_what_dense_ones_give():
    np.testing.assert_allclose(layer()(tf.sparse.from_dense(X)), layer()(X), rtol=1e-6)
    nobody = tf.SparseTensor(np.zeros((0, 2), "int64"), np.zeros(0, "float32"), (2, 3))
    np.testing.assert_array_equal(layer()(nobody), [[0], [0]])


def test_it_has_nothing_to_train():
    assert not layer().trainable_weights
    assert RowBias().compute_output_shape((None, 3)) == (None, 1)


def test_it_is_made_again_from_its_config():
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(RowBias(2.5)))
    assert again.damping == 2.5


def test_a_damping_below_0_is_told():
    with pytest.raises(UsageError, match=r"damping must be a number of at least 0\. Received: damping=-1"):
        RowBias(-1)
