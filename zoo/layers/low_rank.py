"""Takes from samples what a few directions explain: what is left is what a linear autoencoder cannot give back."""

from typing import Any, Self

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from zoo import checks


@keras.saving.register_keras_serializable("zoo")
class LowRank(keras.layers.Layer):
    """Returns x - m - W^T W (x - m), with m the mean of what it was fitted to, and W its first principal directions.

    Args:
        rank: The number of directions.
        **kwargs: Keras's own.
    """

    def __init__(self, rank: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        checks.positive_integer("rank", rank)
        self.rank = rank

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes m, shape `(features,)`, and W, `(rank, features)`, 0 until `fit`; neither is trained."""
        shared = {"initializer": "zeros", "trainable": False}
        self.mean = self.add_weight(shape=(input_shape[-1],), name="mean", **shared)
        self.directions = self.add_weight(shape=(self.rank, input_shape[-1]), name="directions", **shared)

    def fit(self, x: np.ndarray) -> Self:
        """Sets m and W by samples, shape `(n, features)`.

        Raises:
            UsageError: If there are no more samples than directions, which would leave nothing.
        """
        checks.check(len(x) > self.rank, "x", f"more samples than directions, {self.rank}", len(x))
        mean = x.mean(axis=0)
        # In double precision: float32 is not orthogonal enough where most of a picture is taken away.
        directions = np.linalg.svd((x - mean).astype("float64"), full_matrices=False)[2][: self.rank]
        missing = self.rank - len(directions)  # of fewer features than directions none is left over
        self.mean.assign(mean)
        self.directions.assign(np.pad(directions, [(0, missing), (0, 0)]))
        return self

    def call(self, x: tf.Tensor) -> tf.Tensor:
        """Returns what is left of `x`, shape `(batch, features)`."""
        x = x - self.mean
        return x - ops.matmul(ops.matmul(x, ops.transpose(self.directions)), self.directions)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Returns the input's shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        return {**super().get_config(), "rank": self.rank}
