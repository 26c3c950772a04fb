"""Rows of a table by their indices, in the graph: how a batch is made from an array, or from a sparse table."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import tensorflow as tf
from scipy.sparse import csr_array

from zoo.ops import memory


def gatherer(x: np.ndarray | csr_array, sparse: bool = False) -> Callable[[tf.Tensor], tf.Tensor | tf.SparseTensor]:
    """Returns what gives the rows of a table by their indices, shape `(batch,)`; the table is held once.

    Args:
        x: The table, shape `(rows, ...)`; with two dimensions if it is sparse. A stored 0 counts as none.
        sparse: Whether the batch of a sparse table stays sparse.

    Returns:
        A function to be called in a graph; its batches have the static shape `(None, ...)` and are sorted by row.
    """
    if isinstance(x, np.ndarray):
        rows = memory.tensor(x)
        return lambda index: tf.gather(rows, index)
    if not x.data.all():
        x = x.copy()
        x.eliminate_zeros()
    starts, columns, values = tf.constant(x.indptr, tf.int64), tf.constant(x.indices, tf.int32), tf.constant(x.data)
    width = x.shape[1]

    def gather(index: tf.Tensor) -> tf.Tensor | tf.SparseTensor:
        places = tf.ragged.range(tf.gather(starts, index), tf.gather(starts, index + 1))
        column = tf.cast(tf.gather(columns, places.values), tf.int64)
        entries = tf.stack([places.value_rowids(), column], axis=1)
        shape = tf.stack([tf.size(index, tf.int64), width])
        found = tf.gather(values, places.values)
        if sparse:
            return tf.SparseTensor(entries, found, shape)
        return tf.ensure_shape(tf.scatter_nd(entries, found, shape), (None, width))

    return gather
