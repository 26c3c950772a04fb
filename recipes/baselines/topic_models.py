"""Topics without a network: latent Dirichlet allocation and non-negative factors of counts.

Paper: Blei, Ng and Jordan 2003, Latent Dirichlet allocation; Lee and Seung 1999, Learning the parts of objects by
non-negative matrix factorization.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping

import numpy as np
from scipy import sparse
from sklearn.decomposition import NMF, LatentDirichletAllocation
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfTransformer


def topic_models(train: np.ndarray, topics: int, seed: int) -> Mapping[str, np.ndarray]:
    """Fits them with scikit-learn's defaults: LDA to counts, NMF to counts and to counts weighed by TF-IDF.

    Args:
        train: Counts, shape `(texts, vocabulary)`.
        topics: How many.
        seed: Seed of all.

    Returns:
        By name, the weights of words by topic, shape `(topics, vocabulary)`.
    """
    counts = sparse.csr_matrix(train)
    lda = LatentDirichletAllocation(topics, random_state=seed).fit(counts)
    rows = {"NMF": counts, "NMF of TF-IDF": TfidfTransformer().fit_transform(counts)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the last digits take hundreds of iterations more
        nmf = {name: NMF(topics, random_state=seed).fit(x).components_ for name, x in rows.items()}
    return {"LDA": lda.components_, **nmf}
