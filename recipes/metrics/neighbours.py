"""How often a sample's nearest neighbours in a code have its label."""

import numpy as np
from sklearn.neighbors import KNeighborsClassifier

from recipes.data.splits import Splits

NEIGHBOURS = 5  # fixed, so that nothing is chosen


def neighbour_accuracy(codes: dict[str, np.ndarray], splits: Splits) -> dict[str, float]:
    """Classifies by a vote of the 5 nearest training codes, in Euclidean distance.

    Args:
        codes: "train", "validation" and "test", each of shape `(n, *code_shape)`.
        splits: Where the labels are.

    Returns:
        The share of samples that get their own label, on "validation" and "test".
    """
    flat = {part: values.reshape(len(values), -1) for part, values in codes.items()}
    classifier = KNeighborsClassifier(min(NEIGHBOURS, len(flat["train"]))).fit(flat["train"], splits.train.y)
    return {part: float(classifier.score(flat[part], splits[part].y)) for part in ("validation", "test")}
