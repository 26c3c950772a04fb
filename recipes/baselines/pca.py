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
    model = PCA(min(dimensions, *flat.shape), svd_solver="covariance_eigh").fit(flat)

    def encode(x: np.ndarray) -> np.ndarray:
        return model.transform(x.reshape(len(x), -1))

    def decode(code: np.ndarray) -> np.ndarray:
        return model.inverse_transform(code).reshape(-1, *shape)

    return encode, decode
