"""How far up a model ranks the films that a person is known to like: NDCG and recall at k.

DCG@k = sum over ranks r <= k of [film at rank r is a target] / log2(r + 1); NDCG@k divides it by the best that
min(k, targets) can give. Recall@k is the share of min(k, targets) that is among the first k. Relevance is binary.

Paper: Liang, Krishnan, Hoffman and Jebara 2018, Variational autoencoders for collaborative filtering, section 4.2.
"""

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from zoo.checks import check


def per_user(
    scores: np.ndarray,
    known: sparse.csr_array,
    target: sparse.csr_array,
    *,
    ndcg: Sequence[int] = (10, 100),
    recall: Sequence[int] = (20, 100),
) -> dict[str, np.ndarray]:
    """Measures a batch of users; batches joined give what one batch of all would.

    Known films are ranked behind all others. Of films with equal scores the one of the lower index comes first.

    Args:
        scores: High is recommended, shape `(users, films)`; left as they are.
        known: What the model knew of them, shape `(users, films)`; what is stored counts, whatever its value.
        target: What is to be found, likewise; at least one film of each user's.
        ndcg: At how many films NDCG is measured; more than there are mean all.
        recall: At how many films recall is measured, likewise.

    Returns:
        "ndcg@10" and its like: numbers from 0 to 1, shape `(users,)`.

    Raises:
        UsageError: If a score is not a number, or a user has no target.
    """
    count = np.diff(target.indptr)
    nan = int(np.isnan(scores).sum())
    check(nan == 0, "scores", "numbers", f"{nan:,} times NaN", "Train with a lower learning rate.")
    check(bool((count > 0).all()), "target", "at least one film of each user's", f"{(count == 0).sum():,} empty rows")
    scores = scores.copy()
    scores[_stored(known)] = -np.inf
    wanted = np.zeros(scores.shape, bool)
    wanted[_stored(target)] = True
    hits = np.take_along_axis(wanted, _first(scores, max(*ndcg, *recall)), axis=1)
    discounts = 1 / np.log2(np.arange(2, max(ndcg) + 2))
    best = np.cumsum(discounts)
    measured = {
        f"ndcg@{k}": hits[:, :k] @ discounts[: min(k, hits.shape[1])] / best[np.minimum(k, count) - 1] for k in ndcg
    }
    return measured | {f"recall@{k}": hits[:, :k].sum(axis=1) / np.minimum(k, count) for k in recall}


def _stored(rows: sparse.csr_array) -> tuple[np.ndarray, np.ndarray]:
    """Returns row and column of what is stored, zeros too, which `nonzero` would leave out."""
    return np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr)), rows.indices


def _first(scores: np.ndarray, k: int) -> np.ndarray:
    """Returns each row's k best columns, best first and of equals the lower first, shape `(rows, at most k)`."""
    k = min(k, scores.shape[1])
    least = -np.partition(-scores, k - 1, axis=1)[:, k - 1 : k]
    above, equal = scores > least, scores == least
    room = k - above.sum(axis=1, keepdims=True)
    # As many of those that are equal to the k-th as there is room for, which `argpartition` would take at random.
    chosen = above | (equal & (np.cumsum(equal, axis=1, dtype="int32") <= room))
    columns = np.flatnonzero(chosen).reshape(-1, k) % scores.shape[1]
    order = np.argsort(-np.take_along_axis(scores, columns, axis=1), axis=1, kind="stable")
    return np.take_along_axis(columns, order, axis=1)
