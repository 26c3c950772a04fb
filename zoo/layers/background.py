"""How common each word is by itself, so that a decoder has to learn only what a text adds to that."""

from typing import Any

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable("zoo")
class Background(keras.layers.Layer):
    """Adds log m_i, the log of word i's share of all words in training; a softmax that follows begins from there.

    The shares are not trained: the kind sets them from the texts. Until then all are alike.

    Source: Eisenstein, Ahmed and Xing 2011, Sparse additive generative models of text; Card, Tan and Smith 2018,
    Neural models for documents with metadata, for topic models.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"dtype": "float32", **kwargs})

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes what is not trained."""
        shared = {"trainable": False, "autocast": False}
        self.log_share = self.add_weight(shape=(input_shape[-1],), initializer="zeros", name="log_share", **shared)

    def call(self, logits: tf.Tensor) -> tf.Tensor:
        """Returns logits, shape `(batch, vocabulary)`, of logits of that shape."""
        return logits + self.log_share

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Returns the input's shape."""
        return input_shape
