"""Latent semantic analysis: TF-IDF and a truncated singular value decomposition.

Paper: Deerwester, Dumais, Furnas, Landauer and Harshman 1990, Indexing by latent semantic analysis.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy import sparse
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfTransformer


def latent_semantics(counts: Mapping[str, np.ndarray], dimensions: int, seed: int) -> dict[str, np.ndarray]:
    """Returns codes of texts by part, shape `(texts, dimensions)`, by what fits the part `train`.

    Args:
        counts: By part, shape `(texts, vocabulary)`; counts go in as 1 + log of them.
        dimensions: The codes' length; lowered to what there is.
        seed: Seed of the decomposition.
    """
    weigh = TfidfTransformer(sublinear_tf=True).fit(sparse.csr_matrix(counts["train"]))
    rows = {part: weigh.transform(sparse.csr_matrix(x)) for part, x in counts.items()}
    most = min(dimensions, *(size - 1 for size in counts["train"].shape))
    reduce = TruncatedSVD(most, random_state=seed).fit(rows["train"])
    return {part: reduce.transform(x) for part, x in rows.items()}
