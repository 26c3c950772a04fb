"""How evenly the entries of a codebook are used."""

from typing import Any

import numpy as np
from keras import ops


def shares(indices: np.ndarray, entries: int) -> np.ndarray:
    """Returns each entry's share of all symbols: from integers of any shape to shape `(entries,)`."""
    return np.bincount(indices.ravel(), minlength=entries) / indices.size


def perplexity(share: Any) -> Any:
    """Returns exp(-sum_i p_i log p_i): from 1, one entry alone, to the number of entries, all alike.

    Args:
        share: Each entry's share p_i, shape `(entries,)`; an array or a tensor.
    """
    share = ops.convert_to_tensor(share, "float32")
    logs = ops.log(ops.where(share > 0, share, 1.0))
    return ops.exp(-ops.sum(share * logs))
