"""Rows by index: an array, a sparse table made dense and one left sparse give the same batches."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from recipes.training.rows import gatherer

X = np.array([[0, 3, 0], [0, 0, 0], [1, 0, 2], [4, 5, 6]], "float32")


def dense(batch: tf.Tensor | tf.SparseTensor) -> np.ndarray:
    return (tf.sparse.to_dense(batch) if isinstance(batch, tf.SparseTensor) else batch).numpy()


@pytest.mark.parametrize(("table", "sparse"), [(X, False), (csr_array(X), False), (csr_array(X), True)])
def test_rows_come_in_the_order_asked_for(table, sparse):
    batch = gatherer(table, sparse)(tf.constant([3, 1, 0, 3]))
    np.testing.assert_array_equal(dense(batch), [[4, 5, 6], [0, 0, 0], [0, 3, 0], [4, 5, 6]])
    assert dense(gatherer(table, sparse)(tf.constant([], tf.int32))).shape == (0, 3)


def test_a_sparse_batch_holds_the_entries_alone():
    batch = gatherer(csr_array(X), sparse=True)(tf.constant([2, 0]))
    np.testing.assert_array_equal(batch.indices, [[0, 0], [0, 2], [1, 1]])
    np.testing.assert_array_equal(batch.values, [1, 2, 3])


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_it_gathers_as_numpy_does(data):
    rows, columns = data.draw(st.integers(1, 8)), data.draw(st.integers(1, 8))
    x = np.array(data.draw(st.lists(st.sampled_from([0, 0, 0.5, 5]), min_size=rows * columns, max_size=rows * columns)))
    x = x.reshape(rows, columns).astype("float32")
    index = np.array(data.draw(st.lists(st.integers(0, rows - 1), max_size=10)), "int64")
    for sparse in (False, True):
        np.testing.assert_array_equal(dense(gatherer(csr_array(x), sparse)(tf.constant(index))), x[index])


def test_a_stored_zero_is_no_entry():
    table = csr_array((np.array([0, 2], "float32"), [0, 1], [0, 2]), shape=(1, 3))
    assert gatherer(table, sparse=True)(tf.constant([0])).values.numpy().tolist() == [2]
    assert table.nnz == 2, "the caller's table stays as it was"


@pytest.mark.parametrize(("table", "sparse"), [(X, False), (csr_array(X), False), (csr_array(X), True)])
def test_a_graph_knows_the_columns(table, sparse):
    gather = gatherer(table, sparse)
    batches = tf.data.Dataset.range(4).batch(3).map(gather)
    assert batches.element_spec.shape.as_list() == [None, 3]
    np.testing.assert_array_equal(np.concatenate([dense(batch) for batch in batches]), X)
