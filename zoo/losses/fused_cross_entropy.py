"""Binary cross-entropy in a third of the passes over memory.

For logits a and targets x in [0, 1], the loss is softplus(a) - a x and its gradient sigmoid(a) - x. Keras's form takes
a dozen element-wise operations with its gradient, and leaves the gradient to automatic differentiation.
"""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable("zoo")
class FusedCrossEntropy(keras.losses.Loss):
    """`keras.losses.BinaryCrossentropy`, from the logits behind the sigmoid wherever a graph shows them."""

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Returns the mean over the last axis: from `(batch, ..., n)` to `(batch, ...)`."""
        symbolic = isinstance(y_pred, tf.Tensor) and not tf.executing_eagerly()
        if symbolic and y_pred.op.type == "Sigmoid":
            return from_logits(y_true, y_pred.op.inputs[0])
        return keras.losses.binary_crossentropy(y_true, y_pred)


@tf.custom_gradient
def from_logits(x: tf.Tensor, logits: tf.Tensor) -> tuple[tf.Tensor, Callable[..., tuple[tf.Tensor, tf.Tensor]]]:
    """Returns the cross-entropy of logits, mean over the last axis: from `(batch, ..., n)` to `(batch, ...)`."""

    def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        share = upstream[..., None] / tf.cast(tf.shape(logits)[-1], logits.dtype)
        return -share * logits, share * (tf.sigmoid(logits) - x)

    return tf.reduce_mean(tf.nn.softplus(logits) - logits * x, axis=-1), gradient
