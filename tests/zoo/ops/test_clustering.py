"""Rows of a few directions fall into groups by these, whatever their lengths."""

import numpy as np
import pytest
from scipy import sparse

from zoo.ops.clustering import groups


def themes(n: int, words: int, seed: int = 0) -> tuple[sparse.csr_array, np.ndarray]:
    """Rows of one of three themes, each with words of its own, of very different lengths."""
    rng = np.random.default_rng(seed)
    theme = rng.integers(0, 3, n)
    own = np.kron(np.eye(3), np.ones((1, words // 3)))[theme]
    return sparse.csr_array(own * rng.random((n, words)) * rng.uniform(0.01, 100, (n, 1))), theme


@pytest.mark.parametrize(("n", "words"), [(60, 12), (150, 300)])  # as they are, and by their directions
def test_each_theme_is_a_group(n, words):
    rows, theme = themes(n, words)
    found = groups(rows, 3, seed=0)
    assert len({(group, its) for group, its in zip(found.tolist(), theme.tolist(), strict=True)}) == 3


def test_the_same_seed_gives_the_same_groups():
    rows, _ = themes(150, 300)
    assert (groups(rows, 7, seed=1) == groups(rows, 7, seed=1)).all()


def test_more_groups_than_rows_or_rows_of_nothing_are_no_trouble():
    rows = sparse.csr_array(np.array([[1.0, 0], [0, 0], [1, 0]]))
    found = groups(rows, 5, seed=0)
    assert found.shape == (3,)
    assert found[0] == found[2]
    assert ((found >= 0) & (found < 5)).all()
