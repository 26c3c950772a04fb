"""How far apart the labels lie in a code.

Paper: Rousseeuw 1987, Silhouettes: a graphical aid to the interpretation and validation of cluster analysis.
"""

import numpy as np
from sklearn.metrics import silhouette_score

MOST = 5000  # samples: the distances between all of them are computed


def silhouette(codes: np.ndarray, labels: np.ndarray) -> float:
    """Returns the mean of (b - a) / max(a, b): a is a sample's mean distance to its own label, b to the nearest other.

    Args:
        codes: Shape `(n, *code_shape)`; above 5,000 samples, as many of them, evenly spaced, are compared.
        labels: Shape `(n,)`; at least 2 different ones, fewer than samples.

    Returns:
        From -1 to 1, where labels are far apart; about 0 where they mix.
    """
    rows = np.linspace(0, len(codes) - 1, min(len(codes), MOST)).astype(int)
    return float(silhouette_score(codes[rows].reshape(len(rows), -1), labels[rows]))
