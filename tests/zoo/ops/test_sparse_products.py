"""Sparse products against dense ones: values and all gradients, over shapes, densities and orders of entries."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from zoo.ops import sparse_products

DENSITIES = [0.0, 0.1, 0.5, 1.0]


@st.composite
def problems(draw: st.DrawFn) -> tuple[tf.SparseTensor, tf.Tensor, tf.Tensor]:
    """Sparse rows, their entries shuffled within each row, a kernel and codes."""
    batch, columns, units = draw(st.integers(1, 9)), draw(st.integers(1, 40)), draw(st.integers(1, 9))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rows, cols = np.nonzero(rng.random((batch, columns)) < draw(st.sampled_from(DENSITIES)))
    order = np.lexsort((rng.random(len(rows)), rows))
    entries = np.stack([rows, cols], axis=1)[order].astype("int64")
    values = rng.standard_normal(len(rows)).astype("float32")
    kernel, code = (rng.standard_normal((n, units)).astype("float32") for n in (columns, batch))
    return tf.SparseTensor(entries, values, (batch, columns)), tf.constant(kernel), tf.constant(code)


def with_gradients(function, *factors):
    """The result, and the gradients of the sum of its sines, so that every number weighs differently."""
    with tf.GradientTape() as tape:
        tape.watch(factors)
        result = function(*factors)
        total = tf.reduce_sum(tf.sin(result))
    return [result, *tape.gradient(total, factors, unconnected_gradients="zero")]


def assert_close(ours, theirs):
    for our, their in zip(ours, theirs, strict=True):
        assert our.shape == their.shape
        np.testing.assert_allclose(our, their, rtol=1e-5, atol=1e-5)


@settings(max_examples=40, deadline=None)
@given(problems())
def test_the_product_is_the_dense_one(problem):
    x, kernel, _ = problem
    ours = with_gradients(lambda v, k: sparse_products.product(x.with_values(v), k), x.values, kernel)
    theirs = with_gradients(lambda v, k: tf.scatter_nd(x.indices, v, x.dense_shape) @ k, x.values, kernel)
    assert_close(ours, theirs)


@settings(max_examples=40, deadline=None)
@given(problems(), st.sampled_from([1, 20, sparse_products.BLOCK]))
def test_entries_are_those_of_the_dense_product(problem, numbers):
    x, kernel, code = problem
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sparse_products, "BLOCK", numbers)
        ours = with_gradients(lambda c, k: sparse_products.at_entries(c, k, x.indices), code, kernel)
    theirs = with_gradients(lambda c, k: tf.gather_nd(tf.matmul(c, k, transpose_b=True), x.indices), code, kernel)
    assert_close(ours, theirs)


def test_by_hand():
    x = tf.SparseTensor([[0, 1], [1, 0], [1, 2]], [2.0, 3.0, 4.0], (2, 3))
    kernel = tf.constant([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]])
    np.testing.assert_array_equal(sparse_products.product(x, kernel), [[4, 40], [15, 150]])
    code = tf.constant([[1.0, 0.0], [0.0, 1.0]])
    np.testing.assert_array_equal(sparse_products.at_entries(code, kernel, x.indices), [2, 10, 30])


def test_in_a_graph_with_variables_and_free_shapes():
    kernel = tf.Variable([[1.0], [2.0], [3.0]])
    traces = []

    @tf.function(input_signature=[tf.SparseTensorSpec((None, 3))])
    def step(x):
        traces.append(x)
        with tf.GradientTape() as tape:
            code = sparse_products.product(x, kernel)
            assert code.shape.as_list() == [None, 1]
            total = tf.reduce_sum(sparse_products.at_entries(code, kernel, x.indices))
        return total, tape.gradient(total, kernel)

    # Row (0, 5, 7): code 10 + 21 = 31, entries 62 and 93; by k: 5*5 + 31 + 7*5 and 31 beside 5*7.
    total, gradient = step(tf.SparseTensor([[0, 1], [0, 2]], [5.0, 7.0], (1, 3)))
    assert float(total) == 155
    np.testing.assert_array_equal(gradient, [[0], [5 * 5 + 31], [7 * 5 + 31]])
    total, gradient = step(tf.SparseTensor(np.zeros((0, 2), "int64"), [], (2, 3)))
    assert float(total) == 0
    np.testing.assert_array_equal(gradient, np.zeros((3, 1)))
    assert len(traces) == 1


def test_entries_out_of_order_are_refused():
    x = tf.SparseTensor([[1, 0], [0, 0]], [1.0, 2.0], (2, 1))
    with pytest.raises(tf.errors.InvalidArgumentError, match="sorted by row"):
        tf.function(sparse_products.product)(x, tf.ones((1, 1)))
