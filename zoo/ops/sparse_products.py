"""Products with sparse rows, whose cost is that of the entries: of layers that read, or predict, a few of many columns.

With S sparse and W dense: Y = S W, and its counterpart, s_ij = c_i . w_j at the entries (i, j) alone. The gradient of
each by its dense factors is the other kind of product. They go through TensorFlow's compressed rows, here 20 times as
fast as `tf.sparse.sparse_dense_matmul`, and never through a gathered row of W for each entry at once, which would fill
more memory than the dense product does. Gradients are dense and the same as those of dense rows; they have none of
their own. Neither product can be compiled by XLA.
"""

from collections.abc import Callable

import tensorflow as tf

# Numbers in the gathered rows that are multiplied at a time: few enough for the processor's cache, enough to be quick.
BLOCK = 2**20


def product(x: tf.SparseTensor, kernel: tf.Tensor) -> tf.Tensor:
    """Returns `x @ kernel`.

    Args:
        x: Shape `(batch, columns)`, float32, sorted by row; the order within a row is free.
        kernel: Shape `(columns, units)`, float32.

    Returns:
        Shape `(batch, units)`.
    """

    @tf.custom_gradient
    def multiply(values: tf.Tensor, kernel: tf.Tensor) -> tuple[tf.Tensor, Callable]:
        rows = _compressed(x.indices, values, x.dense_shape)

        def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            return _at_entries(upstream, kernel, x.indices), _times(_transposed(rows), upstream)

        return _times(rows, kernel), gradient

    result = multiply(x.values, tf.convert_to_tensor(kernel))
    return tf.ensure_shape(result, (x.shape[0], kernel.shape[1]))


def at_entries(code: tf.Tensor, kernel: tf.Tensor, entries: tf.Tensor) -> tf.Tensor:
    """Returns `code @ transpose(kernel)` at some entries alone.

    Args:
        code: Shape `(batch, units)`, float32.
        kernel: Shape `(columns, units)`, float32.
        entries: Row and column of each, shape `(entries, 2)`, int64, sorted by row.

    Returns:
        Shape `(entries,)`.
    """

    @tf.custom_gradient
    def multiply(code: tf.Tensor, kernel: tf.Tensor) -> tuple[tf.Tensor, Callable]:
        def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            shape = tf.stack([tf.shape(code, tf.int64)[0], tf.shape(kernel, tf.int64)[0]])
            rows = _compressed(entries, upstream, shape)
            return _times(rows, kernel), _times(_transposed(rows), code)

        return _at_entries(code, kernel, entries), gradient

    return multiply(code, tf.convert_to_tensor(kernel))


def taken(values: tf.Tensor, places: tf.Tensor) -> tf.Tensor:
    """Returns some numbers of many, as `tf.gather` does, whose gradient would not add up what is taken twice.

    Of a gradient with a place twice, Keras's optimizers add up the mean but not the square, and step too far.

    Args:
        values: Shape `(n,)`.
        places: Shape `(entries,)`, an integer.

    Returns:
        Shape `(entries,)`.
    """

    @tf.custom_gradient
    def take(values: tf.Tensor) -> tuple[tf.Tensor, Callable]:
        def gradient(upstream: tf.Tensor) -> tf.Tensor:
            return tf.math.unsorted_segment_sum(upstream, places, tf.shape(values)[0])

        return tf.gather(values, places), gradient

    return take(tf.convert_to_tensor(values))


def _at_entries(code: tf.Tensor, kernel: tf.Tensor, entries: tf.Tensor) -> tf.Tensor:
    """Gathers the factors of a block of entries, multiplies and adds them up, then those of the next."""
    count = tf.shape(entries)[0]
    size = tf.clip_by_value(BLOCK // tf.shape(kernel)[1], 1, tf.maximum(count, 1))
    padding = tf.maximum(-count % size, 1 - count)  # one block at least: `map_fn` cannot map none
    blocks = tf.reshape(tf.pad(entries, [[0, padding], [0, 0]]), tf.stack([-1, size, 2]))
    products = tf.map_fn(
        lambda block: tf.reduce_sum(tf.gather(code, block[:, 0]) * tf.gather(kernel, block[:, 1]), axis=1),
        blocks,
        fn_output_signature=tf.TensorSpec((None,), code.dtype),
    )
    return tf.reshape(products, [-1])[:count]


def _compressed(indices: tf.Tensor, values: tf.Tensor, shape: tf.Tensor) -> tf.Tensor:
    # TensorFlow takes any order here, and then computes something else.
    in_order = tf.reduce_all(indices[1:, 0] >= indices[:-1, 0])
    tf.debugging.Assert(in_order, ["Entries must be sorted by row: use tf.sparse.reorder."])
    return tf.raw_ops.SparseTensorToCSRSparseMatrix(indices=indices, values=values, dense_shape=shape)


def _transposed(rows: tf.Tensor) -> tf.Tensor:
    return tf.raw_ops.SparseMatrixTranspose(input=rows, type=tf.float32)


def _times(rows: tf.Tensor, dense: tf.Tensor) -> tf.Tensor:
    return tf.raw_ops.SparseMatrixMatMul(a=rows, b=dense)
