"""A normal distribution fitted to training samples in the space of their principal components."""

from collections.abc import Callable

import numpy as np
from sklearn.decomposition import PCA


def gaussian(train: np.ndarray, dimensions: int) -> Callable[[int, int], np.ndarray]:
    """Fits the mean and the covariance of the first principal components: probabilistic PCA without its noise.

    Args:
        train: Shape `(n, *shape)`.
        dimensions: How many components; lowered to the samples' size and number.

    Returns:
        From a number of samples and a seed to so many draws, shape `(n, *shape)`, clipped to the range of `train`.
    """
    flat = train.reshape(len(train), -1)
    model = PCA(min(dimensions, *flat.shape), svd_solver="covariance_eigh").fit(flat)

    def sample(n: int, seed: int) -> np.ndarray:
        # Components are uncorrelated: their covariance is diagonal.
        code = np.random.default_rng(seed).normal(size=(n, model.n_components_)) * np.sqrt(model.explained_variance_)
        drawn = model.inverse_transform(code).reshape(-1, *train.shape[1:])
        return np.clip(drawn, train.min(), train.max()).astype("float32")

    return sample
