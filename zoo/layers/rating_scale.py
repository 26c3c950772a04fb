"""From a decoder's numbers to ratings: what each column gets, and the network's share on top."""

from typing import Any

import keras
import tensorflow as tf
from keras import ops


@keras.saving.register_keras_serializable("zoo")
class RatingScale(keras.layers.Layer):
    """Returns m + c_i + half z_i; the mean m, the columns' biases c and half the scale's width are not trained."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"dtype": "float32", **kwargs})

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes what is not trained."""
        shared = {"trainable": False, "autocast": False}
        self.base = self.add_weight(shape=(input_shape[-1],), initializer="zeros", name="base", **shared)
        self.half = self.add_weight(shape=(), initializer="ones", name="half", **shared)

    def call(self, z: tf.Tensor) -> tf.Tensor:
        """Returns ratings, shape `(batch, columns)`, of numbers of that shape."""
        return self.base + self.half * z

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Returns the input's shape."""
        return input_shape


@keras.saving.register_keras_serializable("zoo")
class RatingLimits(keras.layers.Layer):
    """Puts what lies off the scale on its edge, but for training, where the edge would hide which way to go."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"dtype": "float32", **kwargs})

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the scale's ends, which are not trained: 0.5 and 5 stars until the kind sets them."""
        shared = {"shape": (), "trainable": False, "autocast": False}
        self.lowest = self.add_weight(initializer=keras.initializers.Constant(0.5), name="lowest", **shared)
        self.highest = self.add_weight(initializer=keras.initializers.Constant(5.0), name="highest", **shared)

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns ratings in the shape of `x`."""
        return x if training else ops.clip(x, self.lowest, self.highest)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Returns the input's shape."""
        return input_shape
