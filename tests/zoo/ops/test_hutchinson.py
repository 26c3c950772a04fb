"""The norm of a derivative by signs: exact where they are orthogonal, none where there is no derivative."""

import numpy as np
import tensorflow as tf

from zoo.ops.hutchinson import squared_norms

KERNEL = tf.constant([[1.0, 2.0], [0.0, -1.0], [3.0, 0.0]])  # |W|_F^2 = 1 + 4 + 1 + 9 = 15
BOTH = tf.constant([[[1.0, 1.0]], [[1.0, -1.0]]])  # all signs of two values, up to the sign: the mean is exact


def test_of_a_matrix_it_is_the_sum_of_its_squares_for_each_sample():
    x = tf.constant([[0.0, 0.0, 0.0], [1.0, 2.0, 3.0]])
    values, norms = squared_norms(lambda x: x @ KERNEL, x, BOTH)
    np.testing.assert_allclose(values, [[0, 0], [10, 0]])
    np.testing.assert_allclose(norms, [15, 15])


def test_of_squares_it_goes_by_the_sample():
    _, norms = squared_norms(tf.square, tf.constant([[1.0, 2.0], [0.0, 3.0]]), BOTH)
    np.testing.assert_allclose(norms, [4 + 16, 36])


def test_what_has_no_derivative_has_none():
    values, norms = squared_norms(lambda x: tf.cast(tf.argmax(x, -1)[:, None], tf.float32), tf.eye(2), BOTH[..., :1])
    assert values.numpy().tolist() == [[0], [1]]
    assert norms is None
