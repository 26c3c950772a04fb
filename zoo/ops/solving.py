"""Linear equations with a symmetric positive definite matrix, by products alone: what any export format has.

With M = [[A, B], [B', C]] and the right side (u, v): (X, x) = A^-1 (B, u), y = (C - B' X)^-1 (v - B' x), and the
solution is (x - X y, y). Both A and C - B' X are symmetric positive definite too, down to a number: no pivot is needed.
"""

import tensorflow as tf


def solve(matrix: tf.Tensor, right: tf.Tensor) -> tf.Tensor:
    """Returns the solutions z of M z = r, shape `(batch, n, columns)`.

    Args:
        matrix: M, shape `(batch, n, n)`, symmetric positive definite; n is known.
        right: r, shape `(batch, n, columns)`.
    """
    n = matrix.shape[-1]
    if n == 1:
        return right / matrix
    k = n // 2
    beside = matrix[:, :k, k:]
    found = solve(matrix[:, :k, :k], tf.concat([beside, right[:, :k]], axis=2))
    of_beside, upper = found[:, :, : n - k], found[:, :, n - k :]
    left = matrix[:, k:, k:] - tf.matmul(beside, of_beside, transpose_a=True)
    lower = solve(left, right[:, k:] - tf.matmul(beside, upper, transpose_a=True))
    return tf.concat([upper - tf.matmul(of_beside, lower), lower], axis=1)
