"""Parts by hashes: the same rows in the same parts, in the shares that memory allows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recipes.data import hashing
from recipes.data.hashing import Shares

NUMBERS = st.floats(allow_nan=True, allow_infinity=False)


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=20), st.integers(0, 2**31))
def test_a_rows_hash_hangs_on_what_it_holds_alone(rows, seed):
    x = np.array(rows)
    hashes = hashing.of_rows(x, [None, None], seed)
    np.testing.assert_array_equal(hashing.of_rows(x[::-1], [None, None], seed)[::-1], hashes)
    np.testing.assert_array_equal(hashing.of_rows(x + 0.0, [None, None], seed), hashes)
    other = hashing.of_rows(x[:, ::-1], [None, None], seed)
    same = (x[:, 0] == x[:, 1]) | np.isnan(x).all(axis=1)
    np.testing.assert_array_equal(other == hashes, same)
    assert (hashing.of_rows(x, [None, None], seed + 1) != hashes).all()


def test_a_word_counts_as_what_it_says_and_not_as_its_place():
    first, second = ["red", "green"], ["green", "red"]
    hashes = hashing.of_rows(np.array([[0.0], [1.0]]), [hashing.of_words(first)], 0)
    assert hashes.tolist() == hashing.of_rows(np.array([[1.0], [0.0]]), [hashing.of_words(second)], 0).tolist()
    zeros = np.array([[0.0], [-0.0], [np.nan], [-np.nan]])
    a, b, c, d = hashing.of_rows(zeros, [None], 0)
    assert (a == b, c == d, a == c) == (True, True, False)


def test_all_is_held_of_what_fits_and_of_more_a_part_as_large_as_fits():
    assert Shares.fitting(1000, 8) == Shares(0.2, 0.6)
    assert Shares.fitting(1000, 8).whole
    large = Shares.fitting(20_000_000, 8)
    assert (large.measured, large.held, large.whole) == (0.025, 0.025, False)
    wide = Shares.fitting(20_000_000, 1600)  # 64 MB are 10,000 samples
    assert wide.measured == pytest.approx(10_000 / 20_000_000)
    assert Shares.fitting(2_000_000, 8) == Shares(0.2, 0.25)
    assert Shares.fitting(10_000, 3 * 1024**2).measured == pytest.approx(0.01)  # 5 of such pictures would be too few


@pytest.mark.parametrize("shares", [Shares(0.2, 0.6), Shares(0.1, 0.3)])
def test_parts_have_their_shares_and_no_sample_in_common(shares):
    hashes = hashing.of_rows(np.arange(50_000.0)[:, None], [None], 0)
    parts = shares.parts(hashes)
    each = np.stack([parts[part] for part in ("train", "validation", "test")]).sum(axis=0)
    assert (each == 1).all()
    assert not (parts["held"] & ~parts["train"]).any()
    for part, share in (("test", shares.measured), ("validation", shares.measured), ("held", shares.held)):
        assert parts[part].mean() == pytest.approx(share, abs=0.01)
    assert shares.whole == (parts["held"] == parts["train"]).all()


def test_the_sentence_says_what_is_held():
    counts = {"train": 950, "validation": 25, "test": 25, "held": 30}
    assert Shares(0.025, 0.03).sentence(counts, 1, "rows") == (
        "of 1,000 rows, by a hash of what they hold and seed 1, 95% train (950), 2.5% validate (25) and 2.5% test "
        "(25); measures and baselines look at 30 of those that train"
    )
