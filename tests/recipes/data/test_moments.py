"""What is known of columns, block by block, is what `Standardized` takes from the whole table."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recipes.data.moments import Moments
from recipes.data.units import Standardized
from zoo import UsageError

WORDS = ((), (), ("blue", "green", "red"))


def table(rows, seed=0):
    rng = np.random.default_rng(seed)
    x = np.stack([rng.normal(1e4, 3, rows), rng.normal(0, 1e-3, rows), rng.integers(0, 3, rows)], axis=1)
    x[rng.random(rows) < 0.2, 1] = np.nan
    return x


@given(st.integers(5, 60), st.lists(st.integers(0, 60), max_size=4), st.integers(0, 99))
def test_blocks_give_what_the_whole_gives(rows, cuts, seed):
    x = table(rows, seed)
    x[0, 1] = 0.5
    names, options = ["a", "b", "c"], {"filled": (False, True, False), "words": WORDS}
    moments = Moments([len(words) for words in WORDS])
    for block in np.split(x, sorted(cuts)):
        moments.add(block)
    whole, found = Standardized.fitted(x, names, "x", **options), Standardized.by(moments.seen(), names, "x", **options)
    np.testing.assert_allclose(found.mean, whole.mean, rtol=1e-6)
    np.testing.assert_allclose(found.scale, whole.scale, rtol=1e-6)
    np.testing.assert_allclose(found.empty[1], whole.empty[1], atol=1e-12)
    assert found.shares == whole.shares
    assert (found.empty[0], found.empty[2], found.words) == (whole.empty[0], whole.empty[2], whole.words)


def test_a_constant_has_the_scale_1():
    moments = Moments([0])
    for _ in range(3):
        moments.add(np.full((5, 1), 0.1))
    assert moments.seen().scale.tolist() == [1]


def test_what_no_model_can_use_is_refused_as_of_a_whole_table():
    moments = Moments([0])
    moments.add(np.full((3, 1), np.nan))
    with pytest.raises(UsageError, match="column 'a' is empty in all rows that train"):
        Standardized.by(moments.seen(), ["a"], "x")
    moments = Moments([0])
    moments.add(1e9 + np.arange(5.0)[:, None] / 10)
    with pytest.raises(UsageError, match="'a' varies too little around 1e"):
        Standardized.by(moments.seen(), ["a"], "x")
