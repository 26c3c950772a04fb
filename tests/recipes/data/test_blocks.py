"""Blocks hold all rows once, and measures made of them are those of the whole."""

import numpy as np
import pytest

from recipes.data import blocks
from recipes.metrics.cross_entropy import cross_entropy
from recipes.metrics.squared_error import squared_error


def test_blocks_are_the_same_rows_of_each_array(monkeypatch):
    monkeypatch.setattr(blocks, "MOST", 6)
    x, y = np.arange(21).reshape(7, 3), np.arange(7)
    found = list(blocks.blocks(x, y))
    assert [len(rows) for rows, _ in found] == [2, 2, 2, 1]
    np.testing.assert_array_equal(np.concatenate([rows for rows, _ in found]), x)
    np.testing.assert_array_equal(np.concatenate([rows for _, rows in found]), y)
    assert [len(rows) for (rows,) in blocks.blocks(np.zeros((2, 100)))] == [1, 1]


def test_measures_by_blocks_are_those_of_all_at_once(monkeypatch):
    x, p = np.random.default_rng(0).random((2, 50, 4))
    whole = squared_error(x, p), cross_entropy(x, p)
    assert whole == pytest.approx((np.square(x - p).mean(), -np.mean(x * np.log(p) + (1 - x) * np.log(1 - p))))
    monkeypatch.setattr(blocks, "MOST", 24)
    assert (squared_error(x, p), cross_entropy(x, p)) == pytest.approx(whole, rel=1e-12)
