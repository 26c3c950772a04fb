"""Reads sequences of ids place by place: what stands at a place has its own place in the result."""

from typing import Any

import keras
import tensorflow as tf

from zoo.ops import embedding, packing


@keras.saving.register_keras_serializable("zoo")
class PlaceReader(keras.layers.Layer):
    """Puts the embeddings of a sequence's ids side by side; what stands after the end, 0, is nothing but zeros.

    A dense layer over that gives each place weights of its own, so that a sequence is read by one product, and rare
    tokens at any place as soon as their embeddings are known. In float32 also under mixed precision, since ids are.

    Args:
        vocabulary: How many ids there are.
        length: The most tokens of a sequence.
        embedding_dim: The length of the vector that an id becomes.
        dropout: The share of the embeddings' numbers that are dropped in training.
        seed: Seed of the initial weights and of what is dropped.
        **kwargs: Keras's own.
    """

    def __init__(
        self,
        vocabulary: int,
        length: int,
        embedding_dim: int = 64,
        *,
        dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**{**kwargs, "dtype": "float32", "autocast": False})
        self.vocabulary = vocabulary
        self.length = length
        self.embedding_dim = embedding_dim
        self.dropout = dropout
        self.seed = seed

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the table of embeddings."""
        normal = keras.initializers.RandomNormal(stddev=1.0, seed=self.seed)
        self.table = self.add_weight(shape=(self.vocabulary, self.embedding_dim), initializer=normal, name="embeddings")
        self.drop = keras.layers.Dropout(self.dropout, seed=self.seed, dtype="float32")

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns shape `(batch, length * embedding_dim)` for ids `(batch, length)`."""
        ids = tf.cast(x, tf.int32)
        counts = tf.sequence_mask(packing.lengths(ids), self.length, tf.float32)
        values = embedding.rows(tf.convert_to_tensor(self.table), tf.reshape(ids, (-1,)))
        values = self.drop(values, training=training) * tf.reshape(counts, (-1, 1))
        return tf.reshape(values, (-1, self.length * self.embedding_dim))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Returns `(batch, length * embedding_dim)`."""
        return (input_shape[0], self.length * self.embedding_dim)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        names = ("vocabulary", "length", "embedding_dim", "dropout", "seed")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
