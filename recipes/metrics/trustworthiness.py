"""Whether neighbours in a code are neighbours in the data: what a picture of a code may be trusted for.

Paper: Venna and Kaski 2001, Neighborhood preservation in nonlinear projection methods: an experimental study.
"""

import numpy as np
from sklearn import manifold

NEIGHBOURS = 5
MOST = 5000  # samples: with all distances between them it takes some 600 MB


def trustworthiness(x: np.ndarray, codes: np.ndarray) -> float:
    """Returns 1 less a penalty for samples that are among the 5 nearest in the code but not in the data, by rank.

    Args:
        x: Samples, shape `(n, *shape)`, n at least 11; above 5,000, as many of them, evenly spaced, are compared.
        codes: Their codes, shape `(n, *code_shape)`.

    Returns:
        A number up to 1, which is best; about 0.5 for random codes.
    """
    rows = np.linspace(0, len(x) - 1, min(len(x), MOST)).astype(int)
    flat = (values[rows].reshape(len(rows), -1) for values in (x, codes))
    return float(manifold.trustworthiness(*flat, n_neighbors=NEIGHBOURS))
