"""The use of a codebook, by hand."""

import numpy as np
import pytest

from zoo.ops.perplexity import perplexity, shares


def test_shares_count_symbols_wherever_they_stand():
    np.testing.assert_allclose(shares(np.array([[[0, 1], [1, 3]]]), 5), [0.25, 0.5, 0, 0.25, 0])


def test_perplexity_is_2_to_the_entropy_in_bits():
    assert float(perplexity(np.array([0.25, 0.5, 0, 0.25, 0]))) == pytest.approx(2**1.5)


@pytest.mark.parametrize("entries", [1, 7])
def test_entries_all_alike_have_the_perplexity_of_their_number_and_one_alone_has_1(entries):
    assert float(perplexity(np.full(entries, 1 / entries))) == pytest.approx(entries)
    assert float(perplexity(np.eye(entries)[0])) == pytest.approx(1)
