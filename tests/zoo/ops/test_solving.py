"""Linear equations by products alone: against NumPy's solver."""

import numpy as np
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from zoo.ops.solving import solve


def test_two_equations_by_hand():
    # 2 x + y = 4 and x + 3 y = 7: x = 1, y = 2.
    found = solve(tf.constant([[[2.0, 1.0], [1.0, 3.0]]]), tf.constant([[[4.0], [7.0]]]))
    np.testing.assert_allclose(found, [[[1.0], [2.0]]], rtol=1e-6)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 9), st.integers(0, 3), st.integers(1, 2), st.integers(0, 99))
def test_it_is_numpys_solution(n, batch, columns, seed):
    rng = np.random.default_rng(seed)
    roots, right = rng.normal(size=(batch, n, n)), rng.normal(size=(batch, n, columns))
    matrix = roots @ np.swapaxes(roots, 1, 2) + np.eye(n)
    found = solve(tf.constant(matrix), tf.constant(right))
    np.testing.assert_allclose(found, np.linalg.solve(matrix, right), rtol=1e-9, atol=1e-9)
