"""Average precision: how many of the samples that score highest are anomalies."""

import numpy as np
from sklearn.metrics import average_precision_score


def average_precision(anomalous: np.ndarray, scores: np.ndarray) -> float:
    """Returns the precision at each anomaly, in the order of falling scores, averaged over the anomalies.

    Random scores get the share of anomalies.

    Args:
        anomalous: Booleans, shape `(n,)`, of both kinds.
        scores: Shape `(n,)`; high means unusual.
    """
    return float(average_precision_score(anomalous, scores))
