"""Counts sum to their total, each symbol has one, and they cost about what the probabilities say."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from zoo.ops import frequencies

MASSES = st.lists(st.floats(0, 1e6), min_size=1, max_size=300).filter(lambda masses: sum(masses) > 1e-3)


def test_counts_of_a_half_and_two_quarters():
    assert frequencies.counts(np.array([0.5, 0.25, 0.25])).tolist() == [2**19, 2**18, 2**18]


@given(MASSES)
def test_counts_sum_to_the_total_and_none_is_nothing(masses):
    found = frequencies.counts(np.array(masses))
    assert found.sum() == frequencies.TOTAL
    assert found.min() >= 1


@given(MASSES, st.integers(-1000, 1000))
def test_a_table_keeps_all_but_the_tails_and_ends_in_the_escape(masses, first):
    p = np.array(masses) / sum(masses)
    counts, begin = frequencies.table(p, first)
    inside = p[begin - first : begin - first + len(counts) - 1]
    assert 1 <= len(inside) == len(counts) - 1
    assert counts.sum() == frequencies.TOTAL
    assert counts.min() >= 1
    assert inside.sum() >= 1 - 2 * frequencies.TAIL - 1e-12
    # Counts of symbols that occur at all cost at most a thousandth more than their probabilities.
    mean = -(inside * np.log2(counts[:-1] / frequencies.TOTAL)).sum()
    ideal = -(inside[inside > 0] * np.log2(inside[inside > 0])).sum()
    assert mean <= ideal + 0.002


def test_a_table_is_no_wider_than_it_may_be():
    counts, begin = frequencies.table(np.full(3 * frequencies.WIDEST, 1.0), -10)
    assert len(counts) == frequencies.WIDEST + 1
    assert begin >= -10
