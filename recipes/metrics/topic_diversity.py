"""How different topics are: whether each has words of its own.

Paper: Dieng, Ruiz and Blei 2020, Topic modeling in embedding spaces.
"""

import numpy as np

EXPLAINED = "share of different words among the top 10 words of all topics: 1 where no word is in two (Dieng takes 25)"


def topic_diversity(topics: np.ndarray) -> float:
    """Returns the share of different words among all topics' words, by their index, shape `(topics, words)`."""
    return len(np.unique(topics)) / topics.size
