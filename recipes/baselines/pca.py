"""Principal component analysis: the best linear code of a given length, in squared error."""

from collections.abc import Callable

import numpy as np
from sklearn.decomposition import PCA


def pca(train: np.ndarray, dimensions: int) -> tuple[Callable, Callable]:
    """Fits PCA to training samples.

    Args:
        train: Shape `(n, *shape)`.
        dimensions: The code's length; lowered to the samples' size and number.

    Returns:
        `encode`, from `(n, *shape)` to `(n, dimensions)`, and `decode`, back.
    """
    shape = train.shape[1:]
    flat = train.reshape(len(train), -1)
    # The covariance of more pixels than pictures is larger than they are.
    solver = "covariance_eigh" if flat.shape[1] <= 2 * len(flat) else "full"
    model = PCA(min(dimensions, *flat.shape), svd_solver=solver).fit(flat)

    def encode(x: np.ndarray) -> np.ndarray:
        return model.transform(x.reshape(len(x), -1))

    def decode(code: np.ndarray) -> np.ndarray:
        return model.inverse_transform(code).reshape(-1, *shape)

    return encode, decode


def pca_error(train: np.ndarray, share: float = 0.9) -> Callable[[np.ndarray], np.ndarray]:
    """Fits PCA to normal samples, with the fewest components that keep a share of the variance.

    Args:
        train: Shape `(n, *shape)`.
        share: Of the variance, between 0 and 1.

    Returns:
        From samples, shape `(m, *shape)`, to the mean squared error of each one's reconstruction, shape `(m,)`.
    """
    flat = train.reshape(len(train), -1)
    variances = PCA(svd_solver="covariance_eigh").fit(flat).explained_variance_
    encode, decode = pca(train, fewest(variances, share))
    return lambda x: np.square(x - decode(encode(x))).reshape(len(x), -1).mean(axis=1)


def fewest(variances: np.ndarray, share: float) -> int:
    """Returns how many of the components, whose falling variances are given, keep a share of the sum; at least 1."""
    return int(np.argmax(np.cumsum(variances) >= share * variances.sum())) + 1
