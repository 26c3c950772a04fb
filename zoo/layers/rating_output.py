"""The last layer of a network that predicts ratings: of all columns, or of some entries alone."""

from typing import Any

import keras
import tensorflow as tf
from keras import ops

from zoo.ops import sparse_products


@keras.saving.register_keras_serializable("zoo")
class RatingOutput(keras.layers.Layer):
    """A dense layer with one column's weights a row of the kernel: r_i = w_i z + b_i, shape `(batch, columns)`.

    Args:
        columns: How many outputs.
        residual: Whether the last number of each code is its row's bias, which is added to all outputs as it is,
            beside the columns' `base`: the network then explains what biases leave over.
        seed: Seed of the initial weights.
        **kwargs: Keras's own.
    """

    def __init__(self, columns: int, residual: bool = True, seed: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.columns = columns
        self.residual = residual
        self.seed = seed

    def build(self, input_shape: tuple[Any, ...]) -> None:
        """Makes the kernel, shape `(columns, units)`, the trained bias, and the base, which is not trained."""
        # Initialised as the transpose is, and stored so that a column's weights lie together.
        first = keras.initializers.GlorotUniform(seed=self.seed)
        units = input_shape[-1] - self.residual
        self.kernel = self.add_weight(shape=(self.columns, units), initializer=first, name="kernel")
        self.bias = self.add_weight(shape=(self.columns,), initializer="zeros", name="bias")
        self.base = self.add_weight(shape=(self.columns,), initializer="zeros", trainable=False, name="base")

    def call(self, code: tf.Tensor) -> tf.Tensor:
        """Returns the predictions, shape `(batch, columns)`, of codes `(batch, units)`."""
        units, row = self._split(code)
        return ops.matmul(units, ops.transpose(self.kernel)) + self.bias + self.base + row

    def at(self, code: tf.Tensor, entries: tf.Tensor) -> tf.Tensor:
        """Returns the predictions of some entries alone.

        Args:
            code: Shape `(batch, units)`.
            entries: Row and column of each, shape `(entries, 2)`, int64, sorted by row.

        Returns:
            Shape `(entries,)`.
        """
        units, row = self._split(code)
        rows, columns = entries[:, 0], entries[:, 1]
        units, row = ops.cast(units, "float32"), ops.cast(row, "float32")
        found = sparse_products.at_entries(units, ops.cast(self.kernel, "float32"), entries)
        found += sparse_products.taken(ops.cast(self.bias + self.base, "float32"), columns)
        return found + sparse_products.taken(row[:, 0], rows) if self.residual else found

    def _split(self, code: tf.Tensor) -> tuple[tf.Tensor, Any]:
        return (code[:, :-1], code[:, -1:]) if self.residual else (code, 0.0)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Returns `(batch, columns)`."""
        return (input_shape[0], self.columns)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        return {**super().get_config(), "columns": self.columns, "residual": self.residual, "seed": self.seed}
