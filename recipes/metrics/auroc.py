"""Area under the ROC curve: how well a score tells anomalies from normal samples, whatever the threshold."""

import numpy as np
from sklearn.metrics import roc_auc_score


def auroc(anomalous: np.ndarray, scores: np.ndarray) -> float:
    """Returns the probability that an anomaly scores above a normal sample; equal scores count half.

    Args:
        anomalous: Booleans, shape `(n,)`, of both kinds.
        scores: Shape `(n,)`; high means unusual.
    """
    return float(roc_auc_score(anomalous, scores))
