"""Sub-PCA: windows of one series, scored by principal components of themselves, as PyOD and TSB-AD do it.

Each step of the windows is standardized; a window's score is the sum over components of its distance from the
component's unit vector, divided by the component's share of the variance. The last components, with next to no
variance, outweigh all others, so that the score is about the window's distance from the mean window.

Source: Shyu, Chen, Sarinnapakorn and Chang 2003, A novel anomaly detection scheme based on principal component
classifier; Liu and Paparrizos 2024, The elephant in the room, and its code, whose every window is fitted.
"""

import numpy as np
from scipy.spatial.distance import cdist
from sklearn.decomposition import PCA

LEAST = 1e-12  # of a share: windows of a periodic series have fewer dimensions than steps


def sub_pca(windows: np.ndarray) -> np.ndarray:
    """Returns each window's score, shape `(n,)`; high means unusual among them.

    Args:
        windows: Shape `(n, values)`.
    """
    spread = windows.std(axis=0)
    x = ((windows - windows.mean(axis=0)) / np.where(spread > 0, spread, 1))[:, spread > 0]
    if not x.shape[1]:
        return np.zeros(len(windows))
    fitted = PCA(svd_solver="full").fit(x)
    return (cdist(x, fitted.components_) / np.maximum(fitted.explained_variance_ratio_, LEAST)).sum(axis=1)
