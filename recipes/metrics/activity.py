"""How sparse a code is: how many units are active at a time, and how many never are."""

import numpy as np

# Of the largest magnitude in the codes. Exact zeros (ReLU, k-sparse) are below any threshold; a sigmoid is never 0.
THRESHOLD = 0.1


def active(codes: np.ndarray) -> np.ndarray:
    """Says which units are active: above a tenth of the largest magnitude that occurs.

    Args:
        codes: Shape `(n, *code_shape)`.

    Returns:
        Booleans, shape `(n, units)`.
    """
    magnitudes = np.abs(codes.reshape(len(codes), -1))
    return magnitudes > THRESHOLD * magnitudes.max()


def active_share(codes: np.ndarray) -> float:
    """Returns the share of units that are active for a sample, mean over samples."""
    return float(active(codes).mean())


def dead_share(codes: np.ndarray) -> float:
    """Returns the share of units that are active for no sample."""
    return float((~active(codes).any(axis=0)).mean())
