"""How evenly a codebook is used."""

import numpy as np


def shares(indices: np.ndarray, entries: int) -> np.ndarray:
    """Returns each entry's share of all symbols: from integers of any shape to shape `(entries,)`."""
    return np.bincount(indices.ravel(), minlength=entries) / indices.size


def perplexity(share: np.ndarray) -> float:
    """Returns exp(-sum_i p_i log p_i): from 1, one entry alone, to the number of entries, all alike."""
    used = share[share > 0]
    return float(np.exp(-np.sum(used * np.log(used))))
