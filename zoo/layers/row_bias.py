"""How much a row's ratings lie above what its columns get on average."""

from typing import Any

import keras
import tensorflow as tf
from keras import ops

from zoo import checks


@keras.saving.register_keras_serializable("zoo")
class RowBias(keras.layers.Layer):
    """Returns each row's bias: b = sum_i (r_i - m - c_i) / (damping + count) over the row's ratings r_i.

    The mean m and the columns' biases c are not trained: whoever builds the model sets them from its ratings. The
    damping pulls the bias of a row with few ratings towards 0.

    Args:
        damping: How many ratings of bias 0 each row has beside its own, at least 0.
        **kwargs: Keras's own.
    """

    def __init__(self, damping: float = 5.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        checks.not_negative("damping", damping)
        self.damping = damping

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the mean and the columns' biases, shape `(columns,)`."""
        shared = {"trainable": False, "initializer": "zeros", "autocast": False}
        self.mean = self.add_weight(shape=(), name="mean", **shared)
        self.columns = self.add_weight(shape=(input_shape[-1],), name="columns", **shared)

    def call(self, x: tf.Tensor | tf.SparseTensor) -> tf.Tensor:
        """Returns the biases, shape `(batch, 1)`, of rows `(batch, columns)`; 0 or NaN is no rating."""
        if isinstance(x, tf.SparseTensor):
            rows, columns = x.indices[:, 0], x.indices[:, 1]
            count = x.dense_shape[0]
            excess = x.values - self.mean - tf.gather(self.columns, columns)
            total = tf.math.unsorted_segment_sum(excess, rows, count)
            ratings = tf.math.unsorted_segment_sum(tf.ones_like(excess), rows, count)
        else:
            rated = ops.cast(x > 0, "float32")
            excess = ops.where(x > 0, ops.cast(x, "float32") - self.mean - self.columns, 0.0)
            total, ratings = ops.sum(excess, axis=-1), ops.sum(rated, axis=-1)
        return tf.math.divide_no_nan(total, ratings + self.damping)[:, None]

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Returns `(batch, 1)`."""
        return (input_shape[0], 1)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        return {**super().get_config(), "damping": self.damping}
