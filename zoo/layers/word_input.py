"""What a network reads of a text's counts: which words stand out, whatever the text's length."""

from typing import Any

import keras
import tensorflow as tf
from keras import ops

EPSILON = 1e-6  # of the mean square: a text without words reads as zeros


@keras.saving.register_keras_serializable("zoo")
class WordInput(keras.layers.Layer):
    """From counts x_i to r_i = log(1 + x_i) w_i, over the root of their mean square.

    w_i = 1 + log((1 + N) / (1 + n_i)) weighs a word the more the fewer of the N training texts have it, n_i. Like the
    typical number of words in a text, it is not trained: the kind sets it from the texts; until then w_i is 1.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"dtype": "float32", **kwargs})

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes what is not trained."""
        shared = {"trainable": False, "autocast": False}
        self.rarity = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="rarity", **shared)
        self.typical = self.add_weight(shape=(), initializer="ones", name="typical", **shared)
        self.texts = self.add_weight(shape=(), initializer="zeros", name="texts", **shared)

    def call(self, x: tf.Tensor) -> tf.Tensor:
        """Returns shape `(batch, vocabulary)`, each row of the mean square 1, of counts of that shape."""
        values = ops.log(1 + x) * self.rarity  # ONNX and LiteRT have no log1p
        return values * ops.rsqrt(ops.mean(ops.square(values), axis=-1, keepdims=True) + EPSILON)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Returns the input's shape."""
        return input_shape
