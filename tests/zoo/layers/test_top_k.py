"""Which entries stay, and how k falls while training."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import zoo
from zoo.layers.top_k import TopK


def test_the_largest_stay_and_the_others_are_zero():
    rows = np.array([[3.0, -1.0, 2.0, -5.0], [-4.0, -3.0, -2.0, -1.0]], "float32")
    kept = TopK(2)(rows).numpy()
    np.testing.assert_array_equal(kept, [[3.0, 0.0, 2.0, 0.0], [0.0, 0.0, -2.0, -1.0]])


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 20), st.integers(1, 20), st.integers(0, 2**31))
def test_exactly_k_distinct_entries_stay_as_they_were(k, units, seed):
    k = min(k, units)
    rows = np.random.default_rng(seed).permutation(units)[None].astype("float32") + 1
    kept = TopK(k)(rows).numpy()[0]
    assert sorted(kept[kept != 0]) == sorted(rows[0])[-k:]


def test_alpha_keeps_more_at_inference_only():
    rows = np.arange(1.0, 11.0, dtype="float32")[None]
    layer = TopK(2, alpha=2.5)
    assert np.count_nonzero(layer(rows, training=True)) == 2
    assert np.count_nonzero(layer(rows, training=False)) == 5


@pytest.mark.parametrize(("units", "expected"), [(10, [10, 8, 6, 4, 2, 2, 2]), (100, [16, 12, 9, 6, 2, 2, 2])])
def test_k_falls_in_a_straight_line_from_eight_times_k_or_all(units, expected):
    rows = np.arange(1.0, units + 1, dtype="float32")[None]
    layer = TopK(2, anneal_steps=4)
    assert [np.count_nonzero(layer(rows, training=True)) for _ in range(7)] == expected


def test_inference_does_not_count_as_a_step():
    layer = TopK(1, anneal_steps=10)
    layer(np.ones((1, 3), "float32"))
    assert int(layer.step) == 0


def test_the_gradient_passes_where_an_entry_stayed():
    import tensorflow as tf

    rows = tf.constant([[3.0, 1.0, 2.0]])
    with tf.GradientTape() as tape:
        tape.watch(rows)
        total = tf.reduce_sum(TopK(2)(rows))
    np.testing.assert_array_equal(tape.gradient(total, rows), [[1.0, 0.0, 1.0]])


def test_k_above_the_width_says_so():
    with pytest.raises(zoo.UsageError, match=r"k must be at most the code's width, 3\. Received: k=4"):
        TopK(4)(np.ones((1, 3), "float32"))


def test_dropout_passes_entries_over_in_training_only():
    rows = np.arange(1.0, 101.0, dtype="float32")[None]
    layer = TopK(10, dropout=0.5, seed=0)
    kept = np.flatnonzero(layer(rows, training=True)) + 1
    assert len(kept) == 10
    assert kept.min() < 91  # some of the ten largest were passed over, and smaller ones took their place
    assert (np.flatnonzero(layer(rows)) + 1).tolist() == list(range(91, 101))
