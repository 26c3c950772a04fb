"""Writes sequences of ids from codes, and says how likely a code makes a sequence."""

import random
from typing import Any

import keras
import tensorflow as tf

from zoo.layers.sequence_reader import gates
from zoo.ops import decoding, embedding, packed_gru, packing

UNKNOWN = 1  # the id of what is not in a vocabulary
FLOATS = 2**24  # logits that are held at once where nothing is learned
TRUST = 0.3  # about one over the noise's variance, where 20 tokens of 64 numbers lie in a code of 512
State = tuple[tf.Tensor, ...]


@keras.saving.register_keras_serializable("zoo")
class SequenceWriter(keras.layers.Layer):
    """A GRU that begins with the code and reads it at each step, beside the token before.

    p(x|z) = prod_t softmax(W h_t + b)[x_t], h_t = GRU([e(x_{t-1}), z], h_{t-1}), h_0 = tanh(W_0 z + b_0), t up to that
    of the end, id 0, which is a token as any other.

    If it reads by places, W h_t becomes W [h_t, s_t] and the GRU gets s_t beside e(x_{t-1}), with s_t = P_t z.

    As a layer it gives the likeliest tokens, one after the other. In float32 also under mixed precision, as ids are.

    Args:
        vocabulary: How many ids there are.
        length: How many tokens may be written.
        embedding_dim: The length of the vector that an id becomes.
        width: The units of the GRU.
        tied: Whether W is the table of embeddings, over a projection of the state to their length.
        dropout: The share of the embeddings' and of the states' numbers that are dropped in training.
        word_dropout: The share of tokens that the GRU does not learn before it guesses the next ones, in training.
        places: Whether the code is read by a matrix P_t of each place besides, into as many numbers as embeddings have.
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
        places: bool = False,
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
        self.places = places
        self.seed = seed

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the table of embeddings, the GRU, what it begins with, and what makes logits of its state."""
        rng = random.Random(self.seed)
        code, words = int(input_shape[-1] or 0), (self.vocabulary, self.embedding_dim)
        # As wide as codes are: beside narrower ones the noise of a code would drown what was written.
        normal = keras.initializers.RandomNormal(stddev=0.3 if self.tied else 1.0, seed=rng.getrandbits(31))
        self.table = self.add_weight(shape=words, initializer=normal, name="embeddings")
        said = self.embedding_dim if self.places else 0
        self.kernel, self.recurrent, self.bias = gates(self, self.embedding_dim + said, self.width, rng, "write")
        self.code_kernel = self._matrix(code, 3 * self.width, rng, "code_kernel")
        self.start_kernel = self._matrix(code, self.width, rng, "start_kernel")
        self.start_bias = self.add_weight(shape=(self.width,), initializer="zeros", name="start_bias")
        out = self.embedding_dim if self.tied else self.vocabulary
        self.out = self._matrix(self.width + said, out, rng, "out")
        self.out_bias = self.add_weight(shape=(self.vocabulary,), initializer="zeros", name="out_bias")
        self.drop = keras.layers.Dropout(self.dropout, seed=rng.getrandbits(31), dtype="float32")
        self.seeds = keras.random.SeedGenerator(rng.getrandbits(31))
        if self.places:
            self.place_kernel = self._matrix(code, self.length * said, rng, "place_kernel")

    def _matrix(self, rows: int, columns: int, rng: random.Random, name: str) -> Any:
        glorot = keras.initializers.GlorotUniform(seed=rng.getrandbits(31))
        return self.add_weight(shape=(rows, columns), initializer=glorot, name=name)

    def mirror(self, table: tf.Tensor, kernel: tf.Tensor) -> None:
        """Lets a writer by places begin as a memory of what was read, which training makes a better one.

        z = sum_t R_t e(x_t) with random R_t, so that R_t' z is e(x_t) and noise, for random vectors have little in
        common; that is compared with the embedding of each token (Plate 1995, Holographic reduced representations).

        Args:
            table: The embeddings that were read, shape `(vocabulary, embedding_dim)`.
            kernel: R of all places, shape `(length * embedding_dim, latent_dim)`.
        """
        self.table.assign(table)
        self.place_kernel.assign(tf.transpose(kernel) / (kernel.shape[1] * tf.math.reduce_variance(kernel)))
        own = tf.eye(self.embedding_dim) if self.tied else tf.transpose(table)
        self.out.assign(tf.concat([self.out[: self.width], TRUST * own], axis=0))

    def call(self, code: tf.Tensor) -> tf.Tensor:
        """Returns the likeliest ids, shape `(batch, length)`, float32, of codes of shape `(batch, latent_dim)`."""
        return tf.cast(self.write(code), tf.float32)

    def write(self, code: tf.Tensor, temperature: tf.Tensor | None = None, seed: Any = None) -> tf.Tensor:
        """Returns ids, shape `(batch, length)`, int32; drawn if there is a temperature, as `decoding.write` says."""
        state = self.begin(code)
        with self.read_once():
            return decoding.write(self.advancing(), state, tf.shape(code)[0], self.length, temperature, seed)

    def beam(self, code: tf.Tensor, width: int) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns the ids that a beam finds, shape `(batch, length)`, int32, and their log p(x|z), `(batch,)`."""
        with self.read_once():
            return decoding.beam(self.advancing(), self.begin(code), tf.shape(code)[0], self.length, width)

    def read_once(self) -> keras.StatelessScope:
        """Returns a scope in which the weights are tensors, read here.

        A loop that reads variables is run even if nobody asks for what it writes: a step of training would write.
        """
        return keras.StatelessScope([(weight, tf.convert_to_tensor(weight.value)) for weight in self.weights])

    def advancing(self) -> decoding.Advance:
        """Returns `advance` for a loop."""
        return self.advance

    def begin(self, code: tf.Tensor) -> State:
        """Returns the state before the first token: the GRU's, and what the code adds to each step's input.

        If it is read by places, which comes next follows, and what it says of each, `(rows, length, embedding_dim)`.
        """
        start = tf.tanh(tf.matmul(code, self.start_kernel) + self.start_bias)
        state = (start, tf.matmul(code, self.code_kernel) + self.bias)
        if not self.places:
            return state
        said = tf.reshape(tf.matmul(code, self.place_kernel), (-1, self.length, self.embedding_dim))
        return *state, tf.zeros_like(start[:, 0], tf.int32), said

    def advance(self, ids: tf.Tensor, state: State) -> tuple[tf.Tensor, State]:
        """Returns the logits of the next token, shape `(rows, vocabulary)`, after the one before, and the state."""
        before, constant, *by_place = state
        said = [tf.gather(by_place[1], by_place[0], batch_dims=1)] if self.places else []
        inputs = tf.matmul(tf.concat([tf.gather(self.table, ids), *said], axis=1), self.kernel) + constant
        after = packed_gru.step(inputs, tf.convert_to_tensor(self.recurrent), before)
        by_place[:1] = [time + 1 for time in by_place[:1]]
        return self.logits(tf.concat([after, *said], axis=1)), (after, constant, *by_place)

    def logits(self, states: tf.Tensor) -> tf.Tensor:
        """Returns logits, shape `(n, vocabulary)`, of states `(n, width)`, with what the code says of their places."""
        found = tf.matmul(states, self.out)
        if self.tied:
            found = tf.matmul(found, self.table, transpose_b=True)
        return found + self.out_bias

    def nats(self, code: tf.Tensor, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns -log p(x|z), shape `(codes,)`.

        Args:
            code: z, shape `(codes, latent_dim)`.
            x: Ids, shape `(batch, length)`; of several codes of each, the first of all come before the second.
            training: Whether tokens and numbers are dropped.
        """
        x = tf.cast(x, tf.int32)
        each = tf.range(tf.shape(code)[0]) % tf.maximum(tf.shape(x)[0], 1)  # the sequence of each code
        packed = packing.pack(tf.gather(packing.lengths(x), each))
        before = packed.flat(tf.pad(x[:, :-1], [[0, 0], [1, 0]]))
        if training and self.word_dropout:
            kept = keras.random.uniform(tf.shape(before), seed=self.seeds) >= self.word_dropout
            before = tf.where(kept, before, UNKNOWN)
        start, constant, *by_place = self.begin(tf.gather(code, packed.order))
        said = [tf.gather_nd(by_place[1], tf.stack([packed.rows, packed.times], axis=1))] if self.places else []
        values = self.drop(embedding.rows(tf.convert_to_tensor(self.table), before), training=training)
        inputs = tf.matmul(tf.concat([values, *said], axis=1), self.kernel) + embedding.rows(constant, packed.rows)
        states = packed_gru.run(inputs, tf.convert_to_tensor(self.recurrent), start, packed, learns=bool(training))
        states = tf.concat([self.drop(states, training=training), *said], axis=1)
        return packed.summed(self.costs_at(states, packed, x, bool(training)))

    def costs_at(self, states: tf.Tensor, packed: packing.Packed, x: tf.Tensor, training: bool) -> tf.Tensor:
        """Returns -log p of each token of `x`, in nats, shape `(places,)`, of states as `logits` takes them."""
        return self.costs(states, packed.flat(x), whole=training)

    def costs(self, states: tf.Tensor, ids: tf.Tensor, whole: bool) -> tf.Tensor:
        """Returns -log p of each token in nats, shape `(n,)`.

        Args:
            states: As `logits` takes them.
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
        names = ("vocabulary", "length", "embedding_dim", "width", "tied", "dropout", "word_dropout", "places", "seed")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
