"""Ranking measures by hand, and against scikit-learn's."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.metrics import ndcg_score

from recipes.metrics.ranking import per_user
from zoo import UsageError

NONE = sparse.csr_array((1, 6))


def rows(*users, films=6):
    """CSR rows of the films listed for each user."""
    dense = np.zeros((len(users), films), "float32")
    for row, listed in zip(dense, users, strict=True):
        row[listed] = 1
    return sparse.csr_array(dense)


def test_by_hand():
    scores = np.array([[0.1, 0.9, 0.8, 0.7, 0.2, 0.3]])  # ranked 1 2 3 5 4 0
    measured = per_user(scores, NONE, rows([2, 5, 0]), ndcg=(1, 2, 4), recall=(1, 2, 4))
    dcg_2, dcg_4 = 1 / np.log2(3), 1 / np.log2(3) + 1 / np.log2(5)  # found at ranks 2 and 4
    ideal_3 = 1 + 1 / np.log2(3) + 1 / np.log2(4)
    assert measured["ndcg@1"] == [0]
    assert measured["ndcg@2"] == pytest.approx([dcg_2 / (1 + 1 / np.log2(3))])
    assert measured["ndcg@4"] == pytest.approx([dcg_4 / ideal_3])
    assert measured["recall@1"] == [0]
    assert measured["recall@2"] == [1 / 2]  # of 3 targets, 2 could have been found
    assert measured["recall@4"] == pytest.approx([2 / 3])


def test_known_films_are_out_of_the_way_even_where_0_is_stored():
    scores = np.array([[0.9, 0.8, 0.7, 0.1, 0.0, 0.0]])
    known = rows([0, 1])
    known.data[0] = 0
    before = scores.copy()
    measured = per_user(scores, known, rows([2]), ndcg=(1,), recall=(1,))
    assert (measured["ndcg@1"], measured["recall@1"]) == ([1], [1])
    np.testing.assert_array_equal(scores, before)


@pytest.mark.parametrize(("target", "found"), [(0, 1), (1, 1), (2, 0), (5, 0)])
def test_of_equal_scores_the_lower_index_comes_first(target, found):
    assert per_user(np.zeros((1, 6)), NONE, rows([target]), ndcg=(1,), recall=(2,))["recall@2"] == [found]


def test_equal_scores_across_the_cut():
    scores = np.array([[1.0, 3.0, 1.0, 1.0, 0.0, 1.0]])  # ranked 1 0 2 3 5 4
    measured = per_user(scores, NONE, rows([2]), ndcg=(3,), recall=(2, 3))
    assert measured["recall@2"] == [0]
    assert measured["recall@3"] == [1]
    assert measured["ndcg@3"] == pytest.approx([1 / np.log2(4)])


def test_fewer_films_than_k_mean_all():
    measured = per_user(np.array([[3.0, 1, 2, 0, -1, -2]]), rows([0]), rows([1, 2]))
    assert list(measured) == ["ndcg@10", "ndcg@100", "recall@20", "recall@100"]
    assert all(values == pytest.approx([1]) for values in measured.values())


def test_what_cannot_be_measured_is_said():
    with pytest.raises(UsageError, match=r"scores must be numbers. Received: scores='1 times NaN'"):
        per_user(np.array([[1.0, np.nan, 0, 0, 0, 0]]), NONE, rows([1]))
    with pytest.raises(UsageError, match=r"at least one film of each user's. Received: target='1 empty rows'"):
        per_user(np.zeros((2, 6)), rows([], []), rows([1], []))


@st.composite
def batches(draw):
    """Users with scores, known films and targets; no film is both."""
    users, films = draw(st.integers(1, 5)), draw(st.integers(3, 30))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    levels = draw(st.sampled_from([1, 3, 10**9]))  # of few levels many scores are equal
    scores = rng.integers(0, levels, (users, films)).astype("float32")
    drawn = rng.random((users, films))
    known, target = drawn < 0.3, drawn > 0.6
    target[:, 0], known[:, 0] = True, False
    return scores, sparse.csr_array(known), sparse.csr_array(target)


CUTS = {"ndcg": (1, 3, 10, 100), "recall": (2, 7, 40)}


@settings(max_examples=30, deadline=None)
@given(batches())
def test_one_batch_or_one_for_each_user_measure_the_same(batch):
    whole = per_user(*batch, **CUTS)
    each = [per_user(*(part[i : i + 1] for part in batch), **CUTS) for i in range(len(batch[0]))]
    for name, values in whole.items():
        assert values.shape == (len(batch[0]),)
        np.testing.assert_allclose(values, np.concatenate([one[name] for one in each]), rtol=1e-12)
        assert (values >= 0).all()
        assert (values <= 1 + 1e-12).all()


@settings(max_examples=30, deadline=None)
@given(batches())
def test_equals_scikit_learn_with_ties_broken_and_a_sort(batch):
    scores, known, target = batch
    films = scores.shape[1]
    untied = scores.astype("float64") - np.arange(films) / films / 2  # of equals, the lower index is above
    untied[known.toarray()] -= 1e10
    measured = per_user(*batch, **CUTS)
    for k in CUTS["ndcg"]:
        for i, row in enumerate(target.toarray()):
            theirs = ndcg_score(row[None].astype(int), untied[i : i + 1], k=k, ignore_ties=True)
            assert measured[f"ndcg@{k}"][i] == pytest.approx(theirs)
    order = np.argsort(-untied, axis=1)
    for k in CUTS["recall"]:
        found = np.take_along_axis(target.toarray(), order[:, :k], axis=1).sum(axis=1)
        possible = np.minimum(k, target.toarray().sum(axis=1))
        np.testing.assert_allclose(measured[f"recall@{k}"], found / possible)
