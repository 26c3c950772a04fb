"""A language model of n-grams with Kneser and Ney's smoothing: what n - 1 tokens say of the next one.

p(w | h) = (max(c(h w) - d, 0) + d T(h) p(w | h')) / c(h), with c(h w) how often w stood after the history h in
training, T(h) how many different tokens did, and h' the history without its first token. Of a history that is shorter
than n - 1 tokens c counts not how often, but after how many different tokens. d = n1 / (n1 + 2 n2), one for each
length, with n1 and n2 the grams that count once and twice. Below the empty history all tokens are equally likely. The
end is a token.

Paper: Kneser and Ney 1995, Improved backing-off for m-gram language modeling; Chen and Goodman 1999, An empirical study
of smoothing techniques for language modeling, for the interpolation.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator

import numpy as np

BEGIN = -1  # what stands before a sequence
HALF = 0.5  # the discount where no gram counts once
Counts = dict[tuple[int, ...], Counter[int]]


class NGram:
    """A model of sequences of ids, which 0 ends and fills up.

    Args:
        x: Training sequences, shape `(n, length)`.
        vocabulary: How many ids there are.
        order: How many tokens a gram has, n.
    """

    def __init__(self, x: np.ndarray, vocabulary: int, order: int = 5) -> None:
        self.vocabulary = vocabulary
        self.order = order
        self.counts: list[Counts] = [defaultdict(Counter) for _ in range(order)]  # by the history's length
        for history, token in (gram for row in x for gram in self._grams(row)):
            self.counts[-1][history][token] += 1
        for length in range(order - 2, -1, -1):
            for history, found in self.counts[length + 1].items():
                self.counts[length][history[1:]].update(found.keys())
        self.totals = [{history: found.total() for history, found in counts.items()} for counts in self.counts]
        self.discounts = [_discount(counts) for counts in self.counts]

    def probability(self, token: int, history: tuple[int, ...]) -> float:
        """Returns p(token | history), of at most `order - 1` tokens."""
        found = 1 / self.vocabulary
        for length in range(len(history) + 1):
            known = self.counts[length].get(history[len(history) - length :])
            if known is None:  # and so are all longer histories
                break
            total, discount = self.totals[length][history[len(history) - length :]], self.discounts[length]
            found = (max(known[token] - discount, 0.0) + discount * len(known) * found) / total
        return found

    def nats(self, x: np.ndarray) -> np.ndarray:
        """Returns -log p of sequences, shape `(n,)`."""
        rows = [[-math.log(self.probability(token, history)) for history, token in self._grams(row)] for row in x]
        return np.array([sum(row) for row in rows])

    def _grams(self, row: np.ndarray) -> Iterator[tuple[tuple[int, ...], int]]:
        """Yields each token of a sequence, its end included if there is room, after its history."""
        ids = row.astype(int).tolist()
        ids = ids[: ids.index(0) + 1] if 0 in ids else ids
        padded = [BEGIN] * (self.order - 1) + ids
        for place, token in enumerate(ids):
            yield tuple(padded[place : place + self.order - 1]), token


def _discount(counts: Counts) -> float:
    """Returns what is taken from each count for tokens that were not seen."""
    once, twice = (sum(count == n for found in counts.values() for count in found.values()) for n in (1, 2))
    return once / (once + 2 * twice) if once else HALF
