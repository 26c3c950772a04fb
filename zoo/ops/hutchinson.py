"""The squared Frobenius norm of a derivative, estimated by random signs (Hutchinson 1989)."""

from collections.abc import Callable

import tensorflow as tf
from keras import ops


def squared_norms(
    function: Callable[[tf.Tensor], tf.Tensor], x: tf.Tensor, signs: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor | None]:
    """Returns a function's values and estimates of |J|_F^2, sample by sample, J being its derivative.

    Where v are random signs, the mean of |v^T J|^2 is |J|_F^2: one gradient for each v, whatever the values' length.

    Args:
        function: From samples to values, `(batch, *shape)`; treats the samples of a batch one by one.
        x: Samples, shape `(batch, *input_shape)`.
        signs: The directions v, of -1 and 1: shape `(probes, batch or 1, *shape)`.

    Returns:
        The values; and the estimates, shape `(batch,)`, in float32, or None where there is no derivative.
    """
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        values = function(x)
    shape = (signs.shape[0], ops.shape(values)[0], *values.shape[1:])
    products = [
        tape.gradient(values, x, v) for v in ops.unstack(ops.broadcast_to(ops.cast(signs, values.dtype), shape))
    ]
    if any(product is None for product in products):
        return values, None
    axes = tuple(range(1, len(x.shape)))
    squared = [ops.sum(ops.square(ops.cast(product, "float32")), axis=axes) for product in products]
    return values, ops.mean(ops.stack(squared), axis=0)
