"""Reads sequences of ids, as far as they go, into a vector each."""

import random
from typing import Any

import keras
import tensorflow as tf

from zoo.ops import embedding, packed_gru, packing


@keras.saving.register_keras_serializable("zoo")
class SequenceReader(keras.layers.Layer):
    """Embeds ids and runs a GRU over them, to the end and, if asked, from there: the last states are what was read.

    What stands after the end, 0, is never looked at. In float32 also under mixed precision, since ids are.

    Args:
        vocabulary: How many ids there are.
        embedding_dim: The length of the vector that an id becomes.
        width: The units of the GRU, or of both together.
        bidirectional: Whether a second GRU reads from the end; each has half of the units then.
        dropout: The share of the embeddings' numbers that are dropped in training.
        seed: Seed of the initial weights and of what is dropped.
        **kwargs: Keras's own.
    """

    def __init__(
        self,
        vocabulary: int,
        embedding_dim: int = 64,
        width: int = 256,
        *,
        bidirectional: bool = True,
        dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**{**kwargs, "dtype": "float32", "autocast": False})
        self.vocabulary = vocabulary
        self.embedding_dim = embedding_dim
        self.width = width
        self.bidirectional = bidirectional
        self.dropout = dropout
        self.seed = seed

    @property
    def units(self) -> int:
        """The units of one GRU."""
        return -(-self.width // 2) if self.bidirectional else self.width

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the table of embeddings and, of each GRU, what projects them, U and a bias."""
        rng = random.Random(self.seed)
        normal = keras.initializers.RandomNormal(stddev=1.0, seed=rng.getrandbits(31))
        self.table = self.add_weight(shape=(self.vocabulary, self.embedding_dim), initializer=normal, name="embeddings")
        self.cells = []
        for name in ("forward", "backward")[: 1 + self.bidirectional]:
            self.cells.append(gates(self, self.embedding_dim, self.units, rng, name))
        self.drop = keras.layers.Dropout(self.dropout, seed=rng.getrandbits(31), dtype="float32")

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns shape `(batch, width)` for ids `(batch, length)`."""
        ids = tf.cast(x, tf.int32)
        packed = packing.pack(packing.lengths(ids))
        values = embedding.rows(tf.convert_to_tensor(self.table), packed.flat(ids))
        values = self.drop(values, training=training)
        found = []
        for way, (kernel, recurrent, bias) in enumerate(self.cells):
            read = tf.gather(values, packed.backwards()) if way else values
            inputs = tf.matmul(read, kernel) + bias
            start = tf.zeros((tf.shape(ids)[0], self.units))
            states = packed_gru.run(inputs, tf.convert_to_tensor(recurrent), start, packed, learns=bool(training))
            found.append(tf.gather(states, packed.last))
        return packed.unsorted(tf.concat(found, axis=1))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Returns `(batch, width)`."""
        return (input_shape[0], (1 + self.bidirectional) * self.units)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        names = ("vocabulary", "embedding_dim", "width", "bidirectional", "dropout", "seed")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


def gates(layer: keras.layers.Layer, inputs: int, width: int, rng: random.Random, name: str) -> tuple[Any, Any, Any]:
    """Adds a GRU's weights to a layer: what projects its input, U and a bias, as `packed_gru` takes them."""
    glorot = keras.initializers.GlorotUniform(seed=rng.getrandbits(31))
    orthogonal = keras.initializers.Orthogonal(seed=rng.getrandbits(31))
    return (
        layer.add_weight(shape=(inputs, 3 * width), initializer=glorot, name=f"{name}_kernel"),
        layer.add_weight(shape=(width, 3 * width), initializer=orthogonal, name=f"{name}_recurrent"),
        layer.add_weight(shape=(3 * width,), initializer="zeros", name=f"{name}_bias"),
    )
