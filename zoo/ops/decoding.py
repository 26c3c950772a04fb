"""Sequences written token by token, in a loop that is compiled: the likeliest token, one that is drawn, or a beam.

Whatever writes gives `advance(ids, state) -> (logits, state)`: from the tokens before, shape `(rows,)`, int32, of which
0 stands before the first, to logits of the next, shape `(rows, vocabulary)`. The state is a tensor, or a tuple of such,
with the rows first. A sequence ends with 0, and has zeros after that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf

Advance = Callable[[tf.Tensor, Any], tuple[tf.Tensor, Any]]
TINY = 1e-20  # a number that is drawn is at least this, of which a logarithm is taken twice


def write(
    advance: Advance, state: Any, rows: tf.Tensor, length: int, temperature: tf.Tensor | None = None, seed: Any = None
) -> tf.Tensor:
    """Returns sequences, shape `(rows, length)`, int32.

    Args:
        advance: As above.
        state: The state before the first token.
        rows: How many sequences.
        length: How long they may be.
        temperature: What logits are divided by before tokens are drawn; the likeliest are taken for 0, and if None.
        seed: Two integers, with a temperature: the same give the same sequences, however many are written.
    """

    def choose(logits: tf.Tensor, time: tf.Tensor) -> tf.Tensor:
        if temperature is None:
            return tf.argmax(logits, axis=1, output_type=tf.int32)
        uniform = tf.random.stateless_uniform(
            tf.shape(logits), tf.random.experimental.stateless_fold_in(seed, time), minval=TINY
        )
        gumbel = -tf.math.log(-tf.math.log(uniform))  # whose largest sum with logits is a draw from their softmax
        return tf.argmax(logits + temperature * gumbel, axis=1, output_type=tf.int32)

    def body(time: tf.Tensor, ids: tf.Tensor, ended: tf.Tensor, state: Any, written: tf.TensorArray) -> Any:
        logits, state = advance(ids, state)
        ids = tf.where(ended, 0, choose(logits, time))
        return time + 1, ids, ended | (ids == 0), state, written.write(time, ids)

    def goes_on(time: tf.Tensor, ids: tf.Tensor, ended: tf.Tensor, *_: Any) -> tf.Tensor:
        return (time < length) & tf.logical_not(tf.reduce_all(ended))

    room = tf.TensorArray(tf.int32, length, element_shape=(None,))
    nothing = tf.zeros([rows], tf.int32)
    loop = (tf.constant(0), nothing, tf.zeros([rows], tf.bool), state, room)
    time, *_, written = tf.while_loop(goes_on, body, loop)
    written = tf.transpose(written.gather(tf.range(time)))
    return tf.ensure_shape(tf.pad(written, [[0, 0], [0, length - time]]), (None, length))


def beam(advance: Advance, state: Any, rows: tf.Tensor, length: int, width: int) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns the likeliest sequences that a beam finds, `(rows, length)`, int32, and their log p in nats, `(rows,)`.

    Args:
        advance: As above.
        state: The state before the first token, of `rows` sequences.
        rows: How many sequences.
        length: How long they may be.
        width: How many beginnings of each are kept at a step.
    """

    def each(value: tf.Tensor) -> tf.Tensor:
        return tf.repeat(value, width, axis=0)

    def body(time: tf.Tensor, ids: tf.Tensor, scores: tf.Tensor, found: tf.Tensor, state: Any) -> Any:
        logits, state = advance(tf.reshape(ids, (-1,)), state)
        vocabulary = logits.shape[1]
        steps = tf.reshape(tf.nn.log_softmax(logits), (rows, width, vocabulary))
        # What has ended goes on with its end alone, at no cost.
        ended = ((time > 0) & (ids == 0))[..., None]
        stays = tf.where(tf.range(vocabulary) == 0, 0.0, -float("inf"))
        totals = scores[..., None] + tf.where(ended, stays, steps)
        scores, place = tf.math.top_k(tf.reshape(totals, (rows, width * vocabulary)), width)
        parent, ids = place // vocabulary, place % vocabulary
        found = tf.gather(found, parent, batch_dims=1)
        found = tf.where(tf.range(length) == time, ids[..., None], found)
        at = tf.reshape(parent + width * tf.range(rows)[:, None], (-1,))
        return time + 1, ids, scores, found, tf.nest.map_structure(lambda value: tf.gather(value, at), state)

    def goes_on(time: tf.Tensor, ids: tf.Tensor, *_: Any) -> tf.Tensor:
        return (time < length) & ((time == 0) | tf.reduce_any(ids != 0))

    # Of beginnings that are all the same, one counts.
    scores = tf.tile(tf.where(tf.range(width) == 0, 0.0, -float("inf"))[None], (rows, 1))
    nothing = tf.zeros((rows, width), tf.int32)
    found = tf.zeros((rows, width, length), tf.int32)
    loop = (tf.constant(0), nothing, scores, found, tf.nest.map_structure(each, state))
    shapes = tf.nest.map_structure(lambda value: tf.TensorShape([None, *value.shape[1:]]), loop[1:])
    _, _, scores, found, _ = tf.while_loop(goes_on, body, loop, shape_invariants=(tf.TensorShape([]), *shapes))
    return found[:, 0], scores[:, 0]
