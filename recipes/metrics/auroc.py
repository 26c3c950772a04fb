"""Area under the ROC curve: how well a score separates anomalies from normal samples, over all thresholds."""

import numpy as np
from sklearn.metrics import roc_auc_score


def auroc(anomalous: np.ndarray, scores: np.ndarray) -> float:
    """Returns the probability that an anomaly scores above a normal sample; equal scores count half.

    Args:
        anomalous: Booleans, shape `(n,)`, of both kinds.
        scores: Shape `(n,)`; high means unusual.
    """
    return float(roc_auc_score(anomalous, scores))
