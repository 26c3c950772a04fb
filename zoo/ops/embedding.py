"""Rows of a table by their numbers, with a gradient that is a table: optimizers take it in one pass."""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf


def rows(table: tf.Tensor, ids: tf.Tensor) -> tf.Tensor:
    """Returns rows, shape `(n, width)`.

    Args:
        table: Shape `(rows, width)`.
        ids: Which rows, shape `(n,)`, int32.
    """

    @tf.custom_gradient
    def gather(table: tf.Tensor) -> tuple[tf.Tensor, Callable[[tf.Tensor], tf.Tensor]]:
        def gradient(upstream: tf.Tensor) -> tf.Tensor:
            return tf.ensure_shape(
                tf.math.unsorted_segment_sum(tf.convert_to_tensor(upstream), ids, tf.shape(table)[0]), table.shape
            )

        return tf.gather(table, ids), gradient

    return gather(table)
