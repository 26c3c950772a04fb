"""Pieces of words that texts are made of: how they are learned, and how a text is taken apart into them.

A word, with a space before it, begins as its letters; then, again and again, the two neighbors that most often stand
side by side become one piece, as long as they do so often enough. So a frequent word is one piece, a rare one is
several, and no word is unknown whose letters are known. A text is taken apart from its beginning, each time by the
longest piece that fits.

Departures: what is merged is letters, not bytes; the longest piece is taken, not the one that was merged first.

Paper: Sennrich, Haddow and Birch 2016, Neural machine translation of rare words with subword units; Uzan, Schmidt,
Tanner and Pinter 2024, Greed is all you need: an evaluation of tokenizer inference methods.
"""

from __future__ import annotations

import heapq
import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable

import tensorflow as tf

from zoo.ops import spaces

LONGEST = 16  # letters of a piece, its space included
SPACE = " "
Pair = tuple[str, str]
Find = Callable[[tf.Tensor], tf.Tensor]


def learn(texts: Iterable[str], least: int) -> list[str]:
    """Returns the pieces of texts, sorted: all letters, and what is merged of them at least so often."""
    counts = Counter(SPACE + word for text in texts for word in spaces.words(text))
    words = [(list(word), count) for word, count in sorted(counts.items())]
    pairs: Counter[Pair] = Counter()
    places: defaultdict[Pair, set[int]] = defaultdict(set)
    for place, (parts, count) in enumerate(words):
        for pair in itertools.pairwise(parts):
            pairs[pair] += count
            places[pair].add(place)
    found = {letter for parts, _ in words for letter in parts}
    waiting = [(-count, pair) for pair, count in pairs.items()]
    heapq.heapify(waiting)
    while waiting:
        negative, pair = heapq.heappop(waiting)
        if -negative != pairs[pair]:  # it stands there less often by now; if more often, it waits a second time
            if -negative > pairs[pair] >= least:
                heapq.heappush(waiting, (-pairs[pair], pair))
        elif -negative < least:
            break
        elif len("".join(pair)) <= LONGEST:
            found.add("".join(pair))
            for grown in _merge(words, pairs, places, pair):
                heapq.heappush(waiting, (-pairs[grown], grown))
    return sorted(found)


def _merge(
    words: list[tuple[list[str], int]], pairs: Counter[Pair], places: defaultdict[Pair, set[int]], pair: Pair
) -> set[Pair]:
    """Makes a pair one piece in all words, and returns the pairs that stand there more often after that."""
    grown = set()
    for place in sorted(places.pop(pair)):
        parts, count = words[place]
        merged: list[str] = []
        for part in parts:
            if merged and (merged[-1], part) == pair:
                merged[-1] += part
            else:
                merged.append(part)
        words[place] = (merged, count)
        before, after = (Counter(itertools.pairwise(each)) for each in (parts, merged))
        for changed in before | after:
            pairs[changed] += count * (after[changed] - before[changed])
            if after[changed] > before[changed]:
                places[changed].add(place)
                grown.add(changed)
    return grown


def split(texts: tf.Tensor, find: Find, unknown: int, longest: int) -> tf.RaggedTensor:
    """Returns the ids of the pieces of texts, int32, shape `(n, None)`.

    Args:
        texts: Strings in UTF-8, shape `(n,)`; white space counts as one space, however much it is.
        find: Gives the id of each string, shape `(m,)`.
        unknown: What it gives for one that is no piece. A letter that is none gets it too.
        longest: How many letters a piece has at the most.
    """
    words = tf.strings.split(texts)
    spaced = words.with_values(tf.strings.join([tf.constant(SPACE), words.values]))
    letters = tf.strings.unicode_split(tf.strings.reduce_join(spaced, axis=1), "UTF-8")
    count = tf.size(letters.values)
    # The longest piece from each letter on. None reaches over a text's end: it would have a space inside.
    rest, joined, length = letters.values, letters.values, tf.ones((count,), tf.int32)
    ids = find(joined)
    for letter in range(2, longest + 1):
        rest = tf.concat([rest[1:], [SPACE]], axis=0)[:count]
        joined = tf.strings.join([joined, rest])
        found = find(joined)
        ids, length = tf.where(found == unknown, ids, found), tf.where(found == unknown, length, letter)
    begins = _visited(tf.range(count) + length)
    rows = tf.boolean_mask(letters.value_rowids(), begins)
    return tf.RaggedTensor.from_value_rowids(tf.boolean_mask(ids, begins), rows, letters.nrows())


def _visited(jumps: tf.Tensor) -> tf.Tensor:
    """Returns which places are visited from the first one on, where each says where to go next: further, or behind all.

    Jumps are doubled at each step: what is visited within 2^k jumps is known after k steps.
    """
    count = tf.size(jumps)

    def body(jumps: tf.Tensor, visited: tf.Tensor, reach: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        reached = tf.math.unsorted_segment_max(tf.cast(visited, tf.int32), jumps, count + 1) > 0
        return tf.gather(jumps, jumps), visited | reached, 2 * reach

    first = tf.range(count + 1) == 0
    jumps = tf.concat([tf.minimum(jumps, count), [count]], axis=0)
    return tf.while_loop(lambda *loop: loop[2] <= count, body, (jumps, first, tf.constant(1)))[1][:count]
