"""What n - 1 tokens say of the next one, as training sequences had it, in a table that a graph can ask.

p_k(w | h) = (max(c(h w) - d_k, 0) + d_k T(h) p_{k-1}(w | h')) / c(h), with h of k - 1 tokens, h' the same without its
first, c(h w) how often w stood after h in training, T(h) how many different tokens did, and p_0 = 1 / V. Of shorter h
than the longest c counts not how often, but after how many different tokens. d = n1 / (n1 + 2 n2), one for each length,
with n1 and n2 the grams that count once and twice. What is not known says what shorter histories say. Before a sequence
stands as much of 0, its end, as is asked for.

Paper: Kneser and Ney 1995, Improved backing-off for m-gram language modeling; Chen and Goodman 1999, An empirical study
of smoothing techniques for language modeling.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from zoo import checks
from zoo.ops.packing import Packed

LONGEST = 16  # tokens of a gram
MOST = np.iinfo(np.uint16).max  # what a gram counts at most, and how many ids there may be
HALF = 0.5  # the discount where no gram counts once
NO_KEY = np.iinfo(np.int64).max  # larger than that of any gram


class Table(NamedTuple):
    """The grams, numbered: 0 is that of no tokens, then come those of 1, of 2, ... tokens; the last number is of none.

    Attributes:
        keys: Of each gram, from 1 on, the number of its history h, which is all but its last token, times V, plus its
            last token w; ascending.
        counts: c(h w), of each gram.
        totals: c(h), of each gram as a history.
        types: T(h), likewise.
    """

    keys: tf.Tensor
    counts: tf.Tensor
    totals: tf.Tensor
    types: tf.Tensor


@keras.saving.register_keras_serializable("zoo")
class GramMemory(keras.layers.Layer):
    """N-grams with Kneser and Ney's smoothing. As long as it is empty, all tokens are equally likely.

    Args:
        vocabulary: How many ids there are, V.
        sizes: How many different grams of 1, 2, ... tokens there are, as `sizes_of` says; the last is n.
        **kwargs: Keras's own.
    """

    def __init__(self, vocabulary: int, sizes: Sequence[int], **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "dtype": "float32", "autocast": False})
        self.vocabulary = vocabulary
        self.sizes = tuple(sizes)
        check(vocabulary, self.sizes)

    def build(self, input_shape: Any = None) -> None:
        """Makes room for grams, counts and discounts."""
        fixed = {"initializer": "zeros", "trainable": False}
        small = {"dtype": np.min_scalar_type(self.vocabulary).name, **fixed}
        grams, histories = sum(self.sizes), 1 + sum(self.sizes[:-1])
        self.followers = self.add_weight((histories,), name="followers", **small)  # how many grams have it as history
        self.tokens = self.add_weight((grams,), name="tokens", **small)  # the last of each gram
        self.counts = self.add_weight((grams,), dtype="uint16", name="counts", **fixed)
        self.discounts = self.add_weight((len(self.sizes),), name="discounts", **fixed)
        self.built = True

    def remember(self, x: np.ndarray) -> None:
        """Counts the grams of sequences.

        Args:
            x: Ids, shape `(n, length)`.

        Raises:
            UsageError: If they have others in number than the memory was made for.
        """
        found = _counted(x, self.vocabulary, len(self.sizes))
        sizes = tuple(len(each.tokens) for each in found)
        checks.check(sizes == self.sizes, "x", f"sequences with grams in number {self.sizes}", sizes)
        self.followers.assign(np.concatenate([each.followers for each in found]))
        self.tokens.assign(np.concatenate([each.tokens for each in found]))
        self.counts.assign(np.minimum(np.concatenate([each.counts for each in found]), MOST))
        self.discounts.assign([_discount(each.counts) for each in found])

    def table(self) -> Table:
        """Returns the grams; to be called once for a loop, since it sums them all."""
        size, followers = sum(self.sizes), tf.cast(tf.convert_to_tensor(self.followers), tf.int32)
        begins = tf.math.unsorted_segment_sum(tf.ones_like(followers), tf.cumsum(followers, exclusive=True), size + 1)
        histories = tf.cumsum(begins[:size]) - 1  # each as often as it has followers, which `tf.repeat` is slow at
        keys = tf.cast(histories, tf.int64) * self.vocabulary + tf.cast(tf.convert_to_tensor(self.tokens), tf.int64)
        counts = tf.cast(tf.convert_to_tensor(self.counts), tf.float32)
        totals, types = (tf.math.unsorted_segment_sum(of, histories, size + 2) for of in (counts, tf.sign(counts)))
        return Table(tf.pad(keys, [[0, 1]], constant_values=NO_KEY), tf.pad(counts, [[1, 1]]), totals, types)

    def start(self, rows: tf.Tensor) -> tf.Tensor:
        """Returns the grams that the last 0, 1, ... n - 1 tokens are before a sequence, int32, `(rows, n)`.

        All are zeros there, and of each length such a gram has the smallest key.
        """
        first = np.cumsum([0, 1, *self.sizes])[: len(self.sizes)]
        return tf.tile(tf.constant(first[None], tf.int32), [rows, 1])

    def follow(self, table: Table, grams: tf.Tensor, ids: tf.Tensor) -> tf.Tensor:
        """Returns the grams that the last 0, 1, ... n - 1 tokens are after one more, int32, `(rows, n)`."""
        longer = self._find(table, grams[:, :-1], ids[:, None])
        return tf.concat([tf.zeros_like(grams[:, :1]), longer], axis=1)

    def spread(self, table: Table, grams: tf.Tensor) -> tf.Tensor:
        """Returns p of each next token, shape `(rows, V)`, after histories that `follow` has found."""
        histories = grams[..., None]
        counts = tf.gather(table.counts, self._find(table, histories, tf.range(self.vocabulary)))
        return self._smoothed(table, histories, counts, tf.zeros_like(histories, tf.float32))

    def probability(self, packed: Packed, ids: tf.Tensor, without: bool = False) -> tf.Tensor:
        """Returns p of each token after those before it, shape `(places,)`.

        Args:
            packed: Where sequences lie.
            ids: Their tokens, shape `(places,)`, int32.
            without: Whether the token is asked for as if it had not been counted there itself: what training sequences
                say of it then is what they say of others.
        """
        table, start = self.table(), self.start(tf.shape(packed.order)[0])
        histories, counts, grams = [], [], tf.zeros_like(ids)
        for length in range(len(self.sizes)):
            histories.append(packed.before(grams[:, None], start[:, length : length + 1]))
            grams = self._find(table, histories[-1][:, 0], ids)
            counts.append(tf.gather(table.counts, grams))
        # Without itself a gram counts one less; a shorter one does only where that was the last of the longer one.
        gone = [tf.sign(counts[-1]) * (1.0 if without else 0.0)]
        for count in counts[:0:-1]:
            gone.insert(0, gone[0] * tf.cast(count == 1, tf.float32))
        seen, less = (tf.stack(each, axis=1)[..., None] for each in (counts, gone))
        return self._smoothed(table, tf.stack(histories, axis=1), seen, less)[:, 0]

    def _find(self, table: Table, histories: tf.Tensor, ids: tf.Tensor) -> tf.Tensor:
        """Returns the numbers of histories followed by ids, of the shape of both, broadcast."""
        wanted = tf.cast(histories, tf.int64) * self.vocabulary + tf.cast(ids, tf.int64)
        place = tf.searchsorted(table.keys, tf.reshape(wanted, [-1]))
        number = tf.where(tf.gather(table.keys, place) == tf.reshape(wanted, [-1]), place, sum(self.sizes)) + 1
        return tf.reshape(number, tf.shape(wanted))

    def _smoothed(self, table: Table, histories: tf.Tensor, counts: tf.Tensor, less: tf.Tensor) -> tf.Tensor:
        """Returns p_n of tokens, shape `(rows, tokens)`, from how often they stood after histories of each length.

        Args:
            table: The grams.
            histories: Of 0, 1, ... n - 1 tokens, shape `(rows, n, 1)`.
            counts: c(h w), shape `(rows, n, tokens)`.
            less: What a gram counts less than that, 0 or 1, likewise.
        """
        discounts = self.discounts[:, None]
        totals = tf.gather(table.totals, histories) - less
        types = tf.gather(table.types, histories) - less * tf.cast(counts == 1, tf.float32)
        own = tf.math.divide_no_nan(tf.maximum(counts - less - discounts, 0.0), totals)
        passed_on = tf.where(totals > 0, discounts * types / tf.maximum(totals, 1.0), 1.0)
        found: Any = 1.0 / self.vocabulary
        for level in range(len(self.sizes)):
            found = own[:, level] + passed_on[:, level] * found
        return found

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        return {**super().get_config(), "vocabulary": self.vocabulary, "sizes": self.sizes}


def check(vocabulary: int, sizes: Sequence[int]) -> None:
    """Raises `UsageError` unless a memory can have so many grams."""
    expected = f"numbers of grams of 1, 2, ... tokens, up to {LONGEST}"
    checks.check(len(sizes) <= LONGEST and all(n >= 1 for n in sizes), "grams", expected, tuple(sizes))
    fits = not sizes or vocabulary <= MOST
    checks.check(fits, "vocabulary", f"at most {MOST:,} with a memory", vocabulary, "Know fewer, or remember none.")


def sizes_of(x: np.ndarray, vocabulary: int, order: int) -> tuple[int, ...]:
    """Returns how many different grams of 1, 2, ... up to `order` tokens sequences have, with what stands before them.

    Args:
        x: Ids, shape `(n, length)`, which 0 ends and fills up.
        vocabulary: How many ids there are.
        order: How many tokens the longest grams have.
    """
    checks.integer("order", order, 1, LONGEST)
    return tuple(len(each.tokens) for each in _counted(x, vocabulary, order))


class _Counted(NamedTuple):
    """Grams of one length, ascending by their histories and their tokens.

    Attributes:
        followers: Of each gram that is one token shorter, how many of these it is the history of.
        tokens: The last token of each.
        counts: What each counts.
    """

    followers: np.ndarray
    tokens: np.ndarray
    counts: np.ndarray


def _counted(x: np.ndarray, vocabulary: int, order: int) -> list[_Counted]:
    """Returns the grams of each length."""
    ended = np.cumsum(x == 0, axis=1) - (x == 0)  # how many ends stand before a place
    rows, columns = np.nonzero(ended == 0)
    tokens, first = x[rows, columns].astype(np.int64), columns == 0
    keys_of, before, chain, suffixes = [], np.zeros(len(tokens), np.int64), 0, []
    for length in range(1, order + 1):
        # At each place the gram that ends at the one before; at the first, one of zeros alone.
        history = np.where(first, chain, np.roll(before, 1))
        keys = history * vocabulary + tokens
        zeros = [chain * vocabulary] if length < order else []
        known = np.unique(np.concatenate([keys, zeros]).astype(np.int64))
        before = np.searchsorted(known, keys)
        chain = int(np.searchsorted(known, chain * vocabulary))
        keys_of.append(known)
        suffixes.append(before)
    counts = [np.bincount(suffixes[-1], minlength=len(keys_of[-1]))]
    for longer, shorter, known in zip(suffixes[:0:-1], suffixes[-2::-1], keys_of[-2::-1], strict=True):
        _, places_of_longer = np.unique(longer, return_index=True)
        counts.insert(0, np.bincount(shorter[places_of_longer], minlength=len(known)))
    histories = [1, *(len(keys) for keys in keys_of[:-1])]
    return [
        _Counted(np.bincount(keys // vocabulary, minlength=size), keys % vocabulary, count)
        for keys, count, size in zip(keys_of, counts, histories, strict=True)
    ]


def _discount(counts: np.ndarray) -> float:
    """Returns what is taken from each count for tokens that were not seen."""
    once, twice = int((counts == 1).sum()), int((counts == 2).sum())
    return once / (once + 2 * twice) if once else HALF
