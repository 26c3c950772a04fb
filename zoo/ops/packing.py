"""Sequences of different lengths, packed: what stands at a step lies together, and padding nowhere.

Sequences are sorted by falling length, so that those that still go on at a step are the first ones. A batch costs what
its sequences are long, not what the longest is.
"""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf


class Packed(NamedTuple):
    """Where things of sequences lie.

    Attributes:
        order: The sequences by falling length, shape `(batch,)`: what follows numbers them in this order.
        counts: How many go on at each step, shape `(steps,)`.
        starts: The place at which each step begins, shape `(steps,)`.
        rows: The sequence at each place, shape `(places,)`.
        times: The step at each place, shape `(places,)`.
        last: Each sequence's last place, shape `(batch,)`.
    """

    order: tf.Tensor
    counts: tf.Tensor
    starts: tf.Tensor
    rows: tf.Tensor
    times: tf.Tensor
    last: tf.Tensor

    def backwards(self) -> tf.Tensor:
        """Returns by place that which a sequence read from its end has there, shape `(places,)`."""
        ends = tf.gather(tf.gather(self.times, self.last), self.rows)
        return tf.gather(self.starts, ends - self.times) + self.rows

    def flat(self, values: tf.Tensor) -> tf.Tensor:
        """Returns what stands at each place, shape `(places, ...)`, of values `(batch, steps or more, ...)`.

        Of values with fewer rows each stands for several sequences: all rows again and again.
        """
        rows = tf.gather(self.order, self.rows) % tf.maximum(tf.shape(values)[0], 1)
        return tf.gather_nd(values, tf.stack([rows, self.times], axis=1))

    def filled(self, values: tf.Tensor) -> tf.Tensor:
        """Returns values by place, shape `(places,)`, as `flat` takes them: `(batch, steps)`, 0 elsewhere."""
        places = tf.stack([tf.gather(self.order, self.rows), self.times], axis=1)
        return tf.scatter_nd(places, values, [tf.size(self.order), tf.size(self.counts)])

    def before(self, states: tf.Tensor, start: tf.Tensor) -> tf.Tensor:
        """Returns what stands one step before each place, shape `(places, units)`.

        Args:
            states: What stands at each place, shape `(places, units)`.
            start: What stands before the first, shape `(batch, units)`, in sorted order.
        """
        count = tf.shape(start)[0]
        earlier = count + tf.gather(self.starts, tf.maximum(self.times - 1, 0)) + self.rows
        return tf.gather(tf.concat([start, states], axis=0), tf.where(self.times > 0, earlier, self.rows))

    def unsorted(self, values: tf.Tensor) -> tf.Tensor:
        """Returns values of sequences in sorted order, shape `(batch, ...)`, in the order that they came in."""
        return tf.gather(values, tf.math.invert_permutation(self.order))

    def summed(self, values: tf.Tensor) -> tf.Tensor:
        """Returns the sum over each sequence of values at places, shape `(batch,)`, in the order that they came in."""
        return self.unsorted(tf.math.unsorted_segment_sum(values, self.rows, tf.shape(self.order)[0]))


def pack(lengths: tf.Tensor) -> Packed:
    """Packs sequences.

    Args:
        lengths: How long each is, shape `(batch,)`, int32, at least 1.
    """
    order = tf.argsort(lengths, direction="DESCENDING", stable=True)
    falling = tf.gather(lengths, order)
    goes_on = tf.range(tf.maximum(tf.reduce_max(lengths), 1))[:, None] < falling[None]
    places = tf.cast(tf.where(goes_on), tf.int32)
    counts = tf.reduce_sum(tf.cast(goes_on, tf.int32), axis=1)
    starts = tf.cumsum(counts, exclusive=True)
    last = tf.gather(starts, falling - 1) + tf.range(tf.shape(lengths)[0])
    return Packed(order, counts, starts, places[:, 1], places[:, 0], last)


def lengths(ids: tf.Tensor) -> tf.Tensor:
    """Returns how many places of each sequence count, shape `(batch,)`, int32: its tokens, and the end after them.

    Args:
        ids: Shape `(batch, length)`; 0 ends a sequence. One that is as long as there is room has no end to be told.
    """
    tokens = tf.reduce_sum(tf.math.cumprod(tf.cast(ids != 0, tf.int32), axis=1), axis=1)
    return tf.minimum(tokens + 1, tf.shape(ids)[1])
