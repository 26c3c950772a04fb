"""Coherence of topics, counted by hand on texts of a few words."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recipes.metrics.npmi import Windows


def test_pairs_are_counted_in_windows_that_move_word_by_word():
    # Windows of 2: of a b c these are ab, bc; of a b it is ab; of c alone c. Four in all.
    found = Windows([np.array([0, 1, 2]), np.array([0, 1]), np.array([2])], 3, window=2)
    assert found.windows == 4
    assert found.together.toarray().tolist() == [[2, 2, 0], [2, 3, 1], [0, 1, 2]]
    # a and b meet in 2 of 4: log(1/2 / (2/4 3/4)) / -log 1/2. b and c: log(1/4 / (3/4 2/4)) / -log 1/4. a and c: never.
    ab = math.log(0.5 / (0.5 * 0.75)) / math.log(2)
    bc = math.log(0.25 / (0.75 * 0.5)) / math.log(4)
    np.testing.assert_allclose(found.npmi(np.array([[0, 1], [1, 2], [0, 2]])), [ab, bc, -1])
    np.testing.assert_allclose(found.npmi(np.array([[2, 0, 1]])), [(ab + bc - 1) / 3])


def test_what_always_meets_is_1_what_never_does_minus_1_and_what_meets_by_chance_0():
    always = Windows([np.array([0, 1])] * 3 + [np.array([2])], 4)
    np.testing.assert_allclose(always.npmi(np.array([[0, 1], [0, 2], [0, 3]])), [1, -1, -1])
    everywhere = Windows([np.array([0, 1])], 2)
    np.testing.assert_allclose(everywhere.npmi(np.array([[0, 1]])), [1])
    chance = Windows([np.array(text) for text in ([0, 1], [0, 2], [1, 2], [2, 3])], 4)  # 1/2 1/2 = 1/4
    np.testing.assert_allclose(chance.npmi(np.array([[0, 1]])), [0], atol=1e-12)


@given(st.lists(st.lists(st.integers(0, 5), max_size=14), min_size=1, max_size=6), st.integers(1, 12))
def test_it_counts_as_a_loop_over_windows_does(texts, window):
    found = Windows([np.array(text, int) for text in texts], 6, window)
    seen = [set(t[i : i + window]) for t in texts if t for i in range(max(1, len(t) - window + 1))]
    expected = [[sum(a in one and b in one for one in seen) for b in range(6)] for a in range(6)]
    assert found.windows == len(seen)
    assert found.together.toarray().tolist() == expected
    assert np.abs(found.npmi(np.array([[0, 1, 2], [3, 4, 5]]))).max() <= 1 + 1e-9


def test_no_text_has_no_window():
    assert Windows([], 3).npmi(np.array([[0, 1]])).tolist() == [-1]


@pytest.mark.parametrize("copies", [1, 7])
def test_copies_of_all_texts_change_nothing(copies):
    texts = [np.array([0, 1, 2, 3]), np.array([3, 2]), np.array([1, 3, 0])]
    once, more = Windows(texts, 4), Windows(texts * copies, 4)
    np.testing.assert_allclose(more.npmi(np.array([[0, 1, 2, 3]])), once.npmi(np.array([[0, 1, 2, 3]])))
