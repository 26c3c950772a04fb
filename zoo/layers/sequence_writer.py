"""Writes sequences of ids from codes, and says how likely a code makes a sequence."""

import random
from typing import Any

import keras
import tensorflow as tf

from zoo.layers.sequence_reader import gates
from zoo.ops import decoding, embedding, packed_gru, packing

UNKNOWN = 1  # the id of what is not in a vocabulary
FLOATS = 2**24  # logits that are held at once where nothing is learned
State = tuple[tf.Tensor, tf.Tensor]


@keras.saving.register_keras_serializable("zoo")
class SequenceWriter(keras.layers.Layer):
    """A GRU that begins with the code and reads it at each step, beside the token before.

    p(x|z) = prod_t softmax(W h_t + b)[x_t], h_t = GRU([e(x_{t-1}), z], h_{t-1}), h_0 = tanh(W_0 z + b_0), t up to that
    of the end, id 0, which is a token as any other.

    As a layer it gives the likeliest tokens, one after the other. In float32 also under mixed precision, as ids are.

    Args:
        vocabulary: How many ids there are.
        length: How many tokens may be written.
        embedding_dim: The length of the vector that an id becomes.
        width: The units of the GRU.
        tied: Whether W is the table of embeddings, over a projection of the state to their length.
        dropout: The share of the embeddings' and of the states' numbers that are dropped in training.
        word_dropout: The share of tokens that the GRU does not learn before it guesses the next ones, in training.
        seed: Seed of the initial weights and of what is dropped.
        **kwargs: Keras's own.
    """

    def __init__(
        self,
        vocabulary: int,
        length: int,
        embedding_dim: int = 64,
        width: int = 256,
        *,
        tied: bool = False,
        dropout: float = 0.0,
        word_dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**{**kwargs, "dtype": "float32", "autocast": False})
        self.vocabulary = vocabulary
        self.length = length
        self.embedding_dim = embedding_dim
        self.width = width
        self.tied = tied
        self.dropout = dropout
        self.word_dropout = word_dropout
        self.seed = seed

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the table of embeddings, the GRU, what it begins with, and what makes logits of its state."""
        rng = random.Random(self.seed)
        code, words = int(input_shape[-1] or 0), (self.vocabulary, self.embedding_dim)
        # As wide as codes are: beside narrower ones the noise of a code would drown what was written.
        normal = keras.initializers.RandomNormal(stddev=0.3 if self.tied else 1.0, seed=rng.getrandbits(31))
        self.table = self.add_weight(shape=words, initializer=normal, name="embeddings")
        self.kernel, self.recurrent, self.bias = gates(self, self.embedding_dim, self.width, rng, "write")
        self.code_kernel = self._matrix(code, 3 * self.width, rng, "code_kernel")
        self.start_kernel = self._matrix(code, self.width, rng, "start_kernel")
        self.start_bias = self.add_weight(shape=(self.width,), initializer="zeros", name="start_bias")
        self.out = self._matrix(self.width, self.embedding_dim if self.tied else self.vocabulary, rng, "out")
        self.out_bias = self.add_weight(shape=(self.vocabulary,), initializer="zeros", name="out_bias")
        self.drop = keras.layers.Dropout(self.dropout, seed=rng.getrandbits(31), dtype="float32")
        self.seeds = keras.random.SeedGenerator(rng.getrandbits(31))

    def _matrix(self, rows: int, columns: int, rng: random.Random, name: str) -> Any:
        glorot = keras.initializers.GlorotUniform(seed=rng.getrandbits(31))
        return self.add_weight(shape=(rows, columns), initializer=glorot, name=name)

    def call(self, code: tf.Tensor) -> tf.Tensor:
        """Returns the likeliest ids, shape `(batch, length)`, float32, of codes of shape `(batch, latent_dim)`."""
        return tf.cast(self.write(code), tf.float32)

    def write(self, code: tf.Tensor, temperature: tf.Tensor | None = None, seed: Any = None) -> tf.Tensor:
        """Returns ids, shape `(batch, length)`, int32; drawn if there is a temperature, as `decoding.write` says."""
        state = self.begin(code)
        return decoding.write(self.advance, state, tf.shape(code)[0], self.length, temperature, seed)

    def beam(self, code: tf.Tensor, width: int) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns the ids that a beam finds, shape `(batch, length)`, int32, and their log p(x|z), `(batch,)`."""
        return decoding.beam(self.advance, self.begin(code), tf.shape(code)[0], self.length, width)

    def begin(self, code: tf.Tensor) -> State:
        """Returns the state before the first token, and what the code adds to each step's input."""
        start = tf.tanh(tf.matmul(code, self.start_kernel) + self.start_bias)
        return start, tf.matmul(code, self.code_kernel) + self.bias

    def advance(self, ids: tf.Tensor, state: State) -> tuple[tf.Tensor, State]:
        """Returns the logits of the next token, shape `(rows, vocabulary)`, after the one before, and the state."""
        before, constant = state
        inputs = tf.matmul(tf.gather(self.table, ids), self.kernel) + constant
        after = packed_gru.step(inputs, tf.convert_to_tensor(self.recurrent), before)
        return self.logits(after), (after, constant)

    def logits(self, states: tf.Tensor) -> tf.Tensor:
        """Returns logits, shape `(n, vocabulary)`, of states `(n, width)`."""
        found = tf.matmul(states, self.out)
        if self.tied:
            found = tf.matmul(found, self.table, transpose_b=True)
        return found + self.out_bias

    def nats(self, code: tf.Tensor, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns -log p(x|z), shape `(batch,)`.

        Args:
            code: z, shape `(batch, latent_dim)`.
            x: Ids, shape `(batch, length)`.
            training: Whether tokens and numbers are dropped.
        """
        ids = tf.cast(x, tf.int32)
        packed = packing.pack(packing.lengths(ids))
        before = packed.flat(tf.pad(ids[:, :-1], [[0, 0], [1, 0]]))
        if training and self.word_dropout:
            kept = keras.random.uniform(tf.shape(before), seed=self.seeds) >= self.word_dropout
            before = tf.where(kept, before, UNKNOWN)
        start, constant = self.begin(tf.gather(code, packed.order))
        values = self.drop(embedding.rows(tf.convert_to_tensor(self.table), before), training=training)
        inputs = tf.matmul(values, self.kernel) + embedding.rows(constant, packed.rows)
        states = packed_gru.run(inputs, tf.convert_to_tensor(self.recurrent), start, packed, learns=bool(training))
        return packed.summed(self.costs(self.drop(states, training=training), packed.flat(ids), whole=bool(training)))

    def costs(self, states: tf.Tensor, ids: tf.Tensor, whole: bool) -> tf.Tensor:
        """Returns -log p of each token in nats, shape `(n,)`.

        Args:
            states: Shape `(n, width)`.
            ids: The tokens, shape `(n,)`.
            whole: Whether logits are made of all at once, as a gradient needs them; where not, in parts that fill no
                more memory than `FLOATS` numbers.
        """
        if whole:
            return tf.nn.sparse_softmax_cross_entropy_with_logits(ids, self.logits(states))
        size, count = max(1, FLOATS // self.vocabulary), tf.size(ids)
        parts = (count + size - 1) // size

        def body(part: tf.Tensor, written: tf.TensorArray) -> Any:
            at = slice(part * size, (part + 1) * size)
            costs = tf.nn.sparse_softmax_cross_entropy_with_logits(ids[at], self.logits(states[at]))
            return part + 1, written.write(part, costs)

        room = tf.TensorArray(tf.float32, parts, infer_shape=False, element_shape=(None,))
        _, written = tf.while_loop(lambda part, _: part < parts, body, (tf.constant(0), room))
        return written.concat()

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Returns `(batch, length)`."""
        return (input_shape[0], self.length)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        names = ("vocabulary", "length", "embedding_dim", "width", "tied", "dropout", "word_dropout", "seed")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
