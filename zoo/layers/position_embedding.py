"""Adds to each token of a transformer where it stands."""

from typing import Any

import keras
import tensorflow as tf
from keras import ops


@keras.saving.register_keras_serializable("zoo")
class PositionEmbedding(keras.layers.Layer):
    """Adds to each token a vector that belongs to its position and is learned.

    Args:
        seed: Seed of the initial vectors.
        **kwargs: Keras's own.
    """

    def __init__(self, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seed = seed

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the vectors, shape `(positions, width)`, small beside the tokens as in Dosovitskiy et al. 2021."""
        small = keras.initializers.RandomNormal(stddev=0.02, seed=self.seed)
        self.vectors = self.add_weight(shape=input_shape[1:], initializer=small, name="vectors")

    def call(self, tokens: tf.Tensor) -> tf.Tensor:
        """Returns tokens of the same shape, `(batch, positions, width)`."""
        return tokens + ops.cast(self.vectors, tokens.dtype)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Returns the input's shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        return {**super().get_config(), "seed": self.seed}
