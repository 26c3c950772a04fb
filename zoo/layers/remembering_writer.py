"""A writer of sequences that also asks a memory of n-grams what comes next, and weighs at each token what both say."""

import functools
from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from zoo.layers.gram_memory import GramMemory, Table
from zoo.layers.sequence_writer import SequenceWriter, State
from zoo.ops import decoding, packing


@keras.saving.register_keras_serializable("zoo")
class RememberingWriter(SequenceWriter):
    """Mixes what the GRU says with what n-grams of training sequences say, which learn from little.

    p(x_t) = (1 - g_t) p_GRU(x_t) + g_t p_n(x_t), g_t = sigmoid(v . h_t + c). In training p_n is asked as if the token
    had not been counted where it stands: otherwise g would learn that the memory knows all, and the GRU nothing.

    Args:
        *args: Those of `SequenceWriter`.
        grams: How many different grams of 1, 2, ... tokens the memory holds, as `gram_memory.sizes_of` says.
        **kwargs: Those of `SequenceWriter`.

    Paper: Neubig and Dyer 2016, Generalizing and hybridizing count-based and neural language models; Grave, Joulin and
    Usunier 2017, Improving neural language models with a continuous cache.
    """

    def __init__(self, *args: Any, grams: Sequence[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.grams = tuple(grams)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the memory, and what weighs it."""
        super().build(input_shape)
        self.memory = GramMemory(self.vocabulary, self.grams, name="memory")
        self.memory.build()
        self.gate = self.add_weight(shape=(self.width, 1), initializer="zeros", name="gate")
        self.gate_bias = self.add_weight(shape=(1,), initializer="zeros", name="gate_bias")

    def begin(self, code: tf.Tensor) -> State:
        """Returns the state before the first token: that of the GRU, and the grams that stand before a sequence."""
        return *super().begin(code), self.memory.start(tf.shape(code)[0])

    def advancing(self) -> decoding.Advance:
        """Returns `advance` for a loop, outside of which the memory is summed."""
        return functools.partial(self.advance, table=self.memory.table())

    def advance(self, ids: tf.Tensor, state: State, table: Table | None = None) -> tuple[tf.Tensor, State]:
        """Returns the logits of the next token, shape `(rows, vocabulary)`, after the one before, and the state."""
        *inner, grams = state
        logits, after = super().advance(ids, tuple(inner))
        table = table or self.memory.table()
        grams = self.memory.follow(table, grams, ids)
        remembered = tf.math.log(self.memory.spread(table, grams))
        return self.mixed(tf.nn.log_softmax(logits), remembered, after[0]), (*after, grams)

    def costs_at(self, states: tf.Tensor, packed: packing.Packed, x: tf.Tensor, training: bool) -> tf.Tensor:
        """Returns -log p of each token of `x`, in nats, shape `(places,)`, of states as `logits` takes them."""
        log_p = -super().costs_at(states, packed, x, training)
        single = packing.pack(packing.lengths(x))  # the memory knows no codes: once for all codes of a sequence
        remembered = tf.math.log(self.memory.probability(single, single.flat(x), without=training))
        remembered = packed.flat(single.filled(remembered))
        return -self.mixed(log_p[:, None], remembered[:, None], states[:, : self.width])[:, 0]

    def mixed(self, log_p: tf.Tensor, remembered: tf.Tensor, states: tf.Tensor) -> tf.Tensor:
        """Returns the log of the mixture, shape `(n, tokens)`, of log probabilities and states `(n, width)`."""
        gate = tf.matmul(states, self.gate) + self.gate_bias
        parts = [log_p + tf.math.log_sigmoid(-gate), remembered + tf.math.log_sigmoid(gate)]
        return tf.reduce_logsumexp(tf.stack(parts), axis=0)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        return {**super().get_config(), "grams": self.grams}
