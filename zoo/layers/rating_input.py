"""What a network reads of a row of ratings: by how much each is off what its column gets, and which are there."""

from typing import Any

import keras
import tensorflow as tf
from keras import ops

from zoo import checks


@keras.saving.register_keras_serializable("zoo")
class RatingInput(keras.layers.Layer):
    """From a row's n ratings r_i to sqrt(t / n) [(r_i - m - c_i) / half, and 1], each 0 where there is no rating.

    The ones are the "mask channel". The root keeps rows of few and of many ratings in an activation's range. In
    training a share of each row's ratings is dropped, the others scaled up. The mean m, the columns' biases c, half the
    scale's width and the typical number t of ratings are not trained: the kind sets them from the ratings.

    Args:
        mask_channel: Whether the second half of the output marks what is rated.
        dropout: The share of the ratings that is dropped.
        seed: Seed of what is dropped.
        **kwargs: Keras's own.
    """

    def __init__(self, mask_channel: bool = True, dropout: float = 0.0, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**{"dtype": "float32", **kwargs})
        checks.share("dropout", dropout)
        self.mask_channel = mask_channel
        self.dropout = dropout
        self.seed = seed
        self.seeds = keras.random.SeedGenerator(seed)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes what is not trained."""
        shared = {"trainable": False, "autocast": False}
        self.mean = self.add_weight(shape=(), initializer="zeros", name="mean", **shared)
        self.columns = self.add_weight(shape=(input_shape[-1],), initializer="zeros", name="columns", **shared)
        self.half = self.add_weight(shape=(), initializer="ones", name="half", **shared)
        self.typical = self.add_weight(shape=(), initializer="ones", name="typical", **shared)
        self.rows = self.add_weight(shape=(), initializer="zeros", name="rows", **shared)

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns shape `(batch, columns)`, twice as wide with the mask channel, of rows; 0 or NaN is no rating."""
        rated = ops.cast(x > 0, "float32")
        count = ops.maximum(ops.sum(rated, axis=-1, keepdims=True), 1.0)
        values = ops.where(x > 0, (x - self.mean - self.columns) / self.half, 0.0)
        keep = ops.sqrt(self.typical / count)
        if training and self.dropout:
            keep = keep * keras.random.dropout(ops.ones_like(rated), self.dropout, seed=self.seeds)
        values = values * keep
        return ops.concatenate([values, rated * keep], axis=-1) if self.mask_channel else values

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Returns `(batch, columns)`, or twice as wide."""
        return (*input_shape[:-1], (input_shape[-1] or 0) * (1 + self.mask_channel))

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        return {
            **super().get_config(),
            "mask_channel": self.mask_channel,
            "dropout": self.dropout,
            "seed": self.seed,
        }
