"""What damages samples in training, so that a model which sees only these must learn what the good ones are like."""

from typing import Any

import keras
import tensorflow as tf


class Damage(keras.layers.Layer):
    """Damages in training, by `corrupted`, and passes its input on at inference.

    Attributes:
        seeds: Where the draws of training come from; a number where nothing is drawn.
    """

    seeds: int | keras.random.SeedGenerator = 0

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"dtype": "float32", **kwargs})  # noise of 8 bits would come in steps

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns samples, shape `(batch, ...)`, damaged in training."""
        return self.corrupted(x, self.seeds) if training else x

    def corrupted(self, x: tf.Tensor, seed: int | keras.random.SeedGenerator, shared: bool = False) -> tf.Tensor:
        """Returns samples damaged.

        Args:
            x: Shape `(batch, ...)`.
            seed: Where the draws come from; the same number gives the same.
            shared: Whether all samples get the same draws, so that nothing depends on how they are batched.
        """
        raise NotImplementedError

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Returns the input's shape, which inference keeps."""
        return input_shape
