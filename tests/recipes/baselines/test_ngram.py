"""N-grams: probabilities that sum to 1, and the smoothing by hand."""

import itertools

import numpy as np
import pytest

from recipes.baselines.ngram import BEGIN, NGram

X = np.array([[1, 2, 1, 0], [1, 2, 0, 0], [2, 2, 2, 2]])


@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_probabilities_sum_to_1_after_any_history(order):
    model = NGram(X, 4, order)
    for history in itertools.product([BEGIN, 1, 2, 3], repeat=order - 1):
        assert sum(model.probability(token, history) for token in range(4)) == pytest.approx(1)


def test_the_probabilities_of_all_sequences_sum_to_1():
    model = NGram(X, 3, 3)
    every = [[*tokens, *[0] * (3 - n)] for n in range(4) for tokens in itertools.product([1, 2], repeat=n)]
    assert np.exp(-model.nats(np.array(every))).sum() == pytest.approx(1)


def test_two_grams_are_smoothed_as_on_paper():
    model = NGram(X, 4, 2)
    # After how many different tokens each stands: the end after 1 and 2, 1 after the begin and 2, 2 after all three.
    assert model.counts[0][()] == {0: 2, 1: 2, 2: 3}
    # How often each stands after another one: four grams are there once, and two are there twice.
    assert model.counts[1] == {(BEGIN,): {1: 2, 2: 1}, (1,): {2: 2, 0: 1}, (2,): {1: 1, 0: 1, 2: 3}}
    discount = 4 / (4 + 2 * 2)
    assert model.discounts[1] == discount
    below = (2 - 0.5 + 0.5 * 3 / 4) / 7  # of 1; below the empty history each token has a quarter
    assert model.discounts[0] == 0.5
    assert model.probability(1, ()) == pytest.approx(below)
    assert model.probability(1, (2,)) == pytest.approx((1 - discount + discount * 3 * below) / 5)
    assert model.probability(3, (3,)) == pytest.approx(0.5 * 3 / 4 / 7)  # nothing is known of this history


def test_a_sequence_without_room_for_its_end_has_none():
    model = NGram(X, 4, 1)
    single = [model.probability(2, ())] * 4
    assert model.nats(X[2:])[0] == pytest.approx(-np.log(single).sum())
