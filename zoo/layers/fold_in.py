"""What a person's few ratings say of their taste: ridge regression on the films' factors, in closed form."""

from typing import Any

import keras
import tensorflow as tf
from keras import ops

from zoo import checks
from zoo.ops.plain import is_plain
from zoo.ops.solving import solve


@keras.saving.register_keras_serializable("zoo")
class FoldIn(keras.layers.Layer):
    """Returns z = argmin sum_i (r_i - b_i - a_i z)^2 + noise |z|^2 over a row's ratings r_i.

    That is the posterior mean of z if z ~ N(0, I) and r_i ~ N(b_i + a_i z, noise). The factors a and the base b come
    from elsewhere; nothing here is trained.

    Args:
        rank: The number of factors.
        noise: The variance of a rating given z, in squared stars, above 0.
        **kwargs: Keras's own.
    """

    def __init__(self, rank: int, noise: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        checks.positive_integer("rank", rank)
        checks.positive("noise", noise)
        self.rank = rank
        self.noise = noise

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the factors a, shape `(columns, rank)`, and the base b, shape `(columns,)`, which are not trained."""
        shared = {"initializer": "zeros", "trainable": False, "autocast": False}
        self.kernel = self.add_weight(shape=(input_shape[-1], self.rank), name="kernel", **shared)
        self.base = self.add_weight(shape=(input_shape[-1],), name="base", **shared)

    def call(self, x: tf.Tensor) -> tf.Tensor:
        """Returns `(batch, rank)` of rows `(batch, columns)`; 0 or NaN is no rating."""
        x = ops.cast(x, "float32")
        rated = ops.cast(x > 0, "float32")
        excess = ops.where(x > 0, x - self.base, 0.0)
        # Each film's outer product, so that a sum over a row's films is one matrix product for all rows.
        outer = ops.reshape(self.kernel[:, :, None] * self.kernel[:, None, :], (-1, self.rank**2))
        precision = ops.reshape(ops.matmul(rated, outer), (-1, self.rank, self.rank)) + self.noise * ops.eye(self.rank)
        solved = solve if is_plain() else ops.solve
        return solved(precision, ops.matmul(excess, self.kernel)[..., None])[..., 0]

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Returns `(batch, rank)`."""
        return (input_shape[0], self.rank)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        return {**super().get_config(), "rank": self.rank, "noise": self.noise}
