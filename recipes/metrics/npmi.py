"""How well the words of a topic go together: how much oftener they meet in texts than by chance.

Paper: Bouma 2009, Normalized (pointwise) mutual information in collocation extraction; Lau, Newman and Baldwin 2014,
Machine reading tea leaves, for topics.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse

WINDOW = 10  # words: as `c_npmi` of the usual libraries
TOP = 10  # words of a topic
EXPLAINED = (
    f"mean over pairs of a topic's top {TOP} words, and over topics, of log(p(a, b) / p(a) p(b)) / -log p(a, b), where "
    f"p is the share of windows of {WINDOW} words of the vocabulary, moved on word by word in each text, that hold a "
    "word, or both; -1 for two that never meet, 1 for two that always do. A shorter text is one window"
)


class Windows:
    """Counts of which words meet in windows of texts.

    Args:
        texts: Words by their index, in order, an array each; a text without words has no window.
        vocabulary: How many words there are.
        window: Words in a window.
    """

    def __init__(self, texts: Sequence[np.ndarray], vocabulary: int, window: int = WINDOW) -> None:
        starts, rows, words = 0, [], []
        for text in (text for text in texts if len(text)):
            seen = np.lib.stride_tricks.sliding_window_view(text, min(window, len(text)))
            rows.append(np.repeat(np.arange(starts, starts + len(seen)), seen.shape[1]))
            words.append(seen.ravel())
            starts += len(seen)
        self.windows = starts
        entries = [np.concatenate(parts) if parts else np.zeros(0, int) for parts in (rows, words)]
        holds = sparse.csr_array((np.ones(len(entries[0]), "float32"), entries), shape=(starts, vocabulary))
        holds.data[:] = 1  # a word that is twice in a window is in it
        self.together = sparse.csr_array(holds.T @ holds)  # (vocabulary, vocabulary); alone on the diagonal

    def npmi(self, topics: np.ndarray) -> np.ndarray:
        """Returns each topic's mean over all pairs of its words, shape `(topics,)`.

        Args:
            topics: Words by their index, shape `(topics, words)`; at least 2 words, each another.
        """
        found = np.unique(topics)
        share = self.together[found][:, found].toarray().astype("float64") / max(1, self.windows)
        places = np.searchsorted(found, topics)
        return np.array([_mean_of_pairs(share[np.ix_(topic, topic)]) for topic in places])


def _mean_of_pairs(share: np.ndarray) -> float:
    """Returns the mean over pairs of different words of which the shares of windows are given, `(words, words)`."""
    alone, pairs = np.diag(share), ~np.eye(len(share), dtype=bool)
    both, chance = share[pairs], np.outer(alone, alone)[pairs]
    found = np.full(len(both), -1.0)
    found[both >= 1] = 1.0  # two that are in all windows
    meet = (both > 0) & (both < 1)
    found[meet] = np.log(both[meet] / chance[meet]) / -np.log(both[meet])
    return float(found.mean())
