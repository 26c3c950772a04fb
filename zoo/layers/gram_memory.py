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
KEYS = 2**31  # numbers of grams and of tokens together, as keys of the next longer ones
MOST = np.iinfo(np.uint16).max  # what a gram counts at most
HALF = 0.5  # the discount where no gram counts once


class Level(NamedTuple):
    """Grams of one length k.

    Attributes:
        keys: Of each gram the number of its first k - 1 tokens, a gram of the level before, times V, plus its last
            token; ascending. Where a key stands is its gram's number.
        counts: c(h w), of each gram.
        totals: c(h), of each gram of the level before.
        types: T(h), likewise.
        discount: d_k.
    """

    keys: tf.Tensor
    counts: tf.Tensor
    totals: tf.Tensor
    types: tf.Tensor
    discount: tf.Tensor


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
        """Makes room for keys, counts and discounts."""
        fixed = {"initializer": "zeros", "trainable": False}
        self.keys = [self.add_weight((n,), dtype="int32", name=f"keys_{k}", **fixed) for k, n in enumerate(self.sizes)]
        self.counts = [
            self.add_weight((n,), dtype="uint16", name=f"counts_{k}", **fixed) for k, n in enumerate(self.sizes)
        ]
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
        sizes = tuple(len(keys) for keys, _ in found)
        checks.check(sizes == self.sizes, "x", f"sequences with grams in number {self.sizes}", sizes)
        for level, (keys, counts) in enumerate(found):
            self.keys[level].assign(keys)
            self.counts[level].assign(np.minimum(counts, MOST))
        self.discounts.assign([_discount(counts) for _, counts in found])

    def levels(self) -> list[Level]:
        """Returns the grams by length; to be called once for a loop, since it sums them all."""
        found, before = [], 1
        for level, size in enumerate(self.sizes):
            keys = tf.convert_to_tensor(self.keys[level])
            counts = tf.cast(tf.convert_to_tensor(self.counts[level]), tf.float32)
            history = keys // self.vocabulary
            totals = tf.math.unsorted_segment_sum(counts, history, before)
            types = tf.math.unsorted_segment_sum(tf.sign(counts), history, before)
            found.append(Level(keys, counts, totals, types, self.discounts[level]))
            before = size
        return found

    def start(self, levels: list[Level], rows: tf.Tensor) -> tf.Tensor:
        """Returns the grams that the last 0, 1, ... n - 1 tokens are before a sequence, int32, `(rows, n)`."""
        return tf.stack(self._before(levels, rows), axis=1)

    def follow(self, levels: list[Level], grams: tf.Tensor, ids: tf.Tensor) -> tf.Tensor:
        """Returns the grams that the last 0, 1, ... n - 1 tokens are after one more, int32, `(rows, n)`; -1 is none."""
        longer = [self._find(level, grams[:, k], ids) for k, level in enumerate(levels[:-1])]
        return tf.stack([grams[:, 0], *longer], axis=1)

    def spread(self, levels: list[Level], grams: tf.Tensor) -> tf.Tensor:
        """Returns p of each next token, shape `(rows, V)`, after histories that `follow` has found."""
        rows, found = tf.shape(grams)[0], 1.0 / self.vocabulary
        tokens = tf.tile(tf.range(self.vocabulary), [rows])
        for k, level in enumerate(levels):
            history = tf.repeat(grams[:, k], self.vocabulary)
            found = _smoothed(level, history, _of(level.counts, self._find(level, history, tokens)), found, 0.0)
        return tf.reshape(found, (rows, self.vocabulary))

    def probability(self, packed: Packed, ids: tf.Tensor, without: bool = False) -> tf.Tensor:
        """Returns p of each token after those before it, shape `(places,)`.

        Args:
            packed: Where sequences lie.
            ids: Their tokens, shape `(places,)`, int32.
            without: Whether the token is asked for as if it had not been counted there itself: what training sequences
                say of it then is what they say of others.
        """
        levels = self.levels()
        start = self._before(levels, tf.shape(packed.order)[0])
        histories, counts = [], []
        grams = tf.zeros_like(ids)
        for k, level in enumerate(levels):
            history = packed.before(grams[:, None], start[k][:, None])[:, 0]
            grams = self._find(level, history, ids)
            histories.append(history)
            counts.append(_of(level.counts, grams))
        # Without itself a gram counts one less; a shorter one does only where that was the last of the longer one.
        gone = [tf.cast(counts[-1] > 0, tf.float32) * (1.0 if without else 0.0)]
        for count in counts[:0:-1]:
            gone.insert(0, gone[0] * tf.cast(count == 1, tf.float32))
        found = tf.fill(tf.shape(ids), 1.0 / self.vocabulary)
        for level, history, count, less in zip(levels, histories, counts, gone, strict=True):
            found = _smoothed(level, history, count, found, less)
        return found

    def _before(self, levels: list[Level], rows: tf.Tensor) -> list[tf.Tensor]:
        """Returns what `start` says, a tensor for each length."""
        zeros = tf.zeros([rows], tf.int32)
        found = [zeros]
        for level in levels[:-1]:
            found.append(self._find(level, found[-1], zeros))
        return found

    def _find(self, level: Level, grams: tf.Tensor, ids: tf.Tensor) -> tf.Tensor:
        """Returns the numbers of the grams one token longer, of the same shape; -1 where there are none."""
        wanted = grams * self.vocabulary + ids
        place = tf.minimum(tf.searchsorted(level.keys, wanted), level.keys.shape[0] - 1)
        return tf.where((grams >= 0) & (tf.gather(level.keys, place) == wanted), place, -1)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        return {**super().get_config(), "vocabulary": self.vocabulary, "sizes": self.sizes}


def check(vocabulary: int, sizes: Sequence[int]) -> None:
    """Raises `UsageError` unless a memory can have so many grams."""
    expected = f"numbers of grams of 1, 2, ... tokens, up to {LONGEST}"
    checks.check(len(sizes) <= LONGEST and all(n >= 1 for n in sizes), "grams", expected, tuple(sizes))
    fits = max((1, *sizes[:-1])) * vocabulary < KEYS
    checks.check(
        fits, "grams", f"numbers that times {vocabulary} are below {KEYS:,}", tuple(sizes), "Take shorter ones."
    )


def sizes_of(x: np.ndarray, vocabulary: int, order: int) -> tuple[int, ...]:
    """Returns how many different grams of 1, 2, ... up to `order` tokens sequences have, with what stands before them.

    Args:
        x: Ids, shape `(n, length)`, which 0 ends and fills up.
        vocabulary: How many ids there are.
        order: How many tokens the longest grams have.
    """
    checks.integer("order", order, 1, LONGEST)
    return tuple(len(keys) for keys, _ in _counted(x, vocabulary, order))


def _counted(x: np.ndarray, vocabulary: int, order: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Returns keys and counts of the grams of each length, as `Level` has them."""
    ended = np.cumsum(x == 0, axis=1) - (x == 0)  # how many ends stand before a place
    rows, columns = np.nonzero(ended == 0)
    tokens, first = x[rows, columns].astype(np.int64), columns == 0
    found, before, chain, suffixes = [], np.zeros(len(tokens), np.int64), 0, []
    for length in range(1, order + 1):
        # At each place the gram that ends at the one before; at the first, one of zeros alone.
        history = np.where(first, chain, np.roll(before, 1))
        keys = history * vocabulary + tokens
        zeros = [chain * vocabulary] if length < order else []
        known = np.unique(np.concatenate([keys, zeros]).astype(np.int64))
        before = np.searchsorted(known, keys)
        chain = int(np.searchsorted(known, chain * vocabulary))
        found.append(known)
        suffixes.append(before)
    counts = [np.bincount(suffixes[-1], minlength=len(found[-1]))]
    for longer, shorter, known in zip(suffixes[:0:-1], suffixes[-2::-1], found[-2::-1], strict=True):
        _, places_of_longer = np.unique(longer, return_index=True)
        counts.insert(0, np.bincount(shorter[places_of_longer], minlength=len(known)))
    return list(zip(found, counts, strict=True))


def _discount(counts: np.ndarray) -> float:
    """Returns what is taken from each count for tokens that were not seen."""
    once, twice = int((counts == 1).sum()), int((counts == 2).sum())
    return once / (once + 2 * twice) if once else HALF


def _of(values: tf.Tensor, grams: tf.Tensor) -> tf.Tensor:
    """Returns the values of grams; 0 of none."""
    return tf.where(grams >= 0, tf.gather(values, tf.maximum(grams, 0)), 0.0)


def _smoothed(level: Level, history: tf.Tensor, count: tf.Tensor, shorter: Any, less: Any) -> tf.Tensor:
    """Returns p_k of tokens, from how often they stood after their histories and what shorter histories say.

    Args:
        level: The grams of that length.
        history: The grams of the level before that histories are.
        count: c(h w).
        shorter: p_{k-1}.
        less: What a gram counts less than that, 0 or 1.
    """
    total = _of(level.totals, history) - less
    types = _of(level.types, history) - less * tf.cast(count == 1, tf.float32)
    found = (tf.maximum(count - less - level.discount, 0.0) + level.discount * types * shorter) / tf.maximum(total, 1.0)
    return tf.where(total > 0, found, shorter)
