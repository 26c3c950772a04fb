"""How many patches are hidden, which, and what stands in their places."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import zoo
from zoo.layers.patch_masking import HidePatches, ShowPatches

TOKENS = np.random.default_rng(0).normal(size=(5, 12, 3)).astype("float32")


def shown(patches: int) -> ShowPatches:
    layer = ShowPatches(patches)
    layer.build((None, None, 3), (None, patches), (None, 1, None))
    layer.token.assign([7.0, 8.0, 9.0])
    return layer


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 20), st.floats(0, 0.99))
def test_exactly_that_share_is_hidden(patches, ratio):
    layer = HidePatches(ratio, seed=0)
    visible, _, present = layer(np.zeros((4, patches, 2), "float32"), training=True)
    expected = min(round(ratio * patches), patches - 1)
    assert layer.hidden.numpy().sum(axis=1).tolist() == [expected] * 4
    assert visible.shape == (4, patches - expected, 2)
    assert present.shape == (4, 1, patches - expected)
    assert present.numpy().all()


@pytest.mark.parametrize("ratio", [0.0, 0.75])
def test_visible_tokens_come_back_in_their_places_and_the_learned_one_in_the_others(ratio):
    hide = HidePatches(ratio, seed=0)
    visible = hide(TOKENS, training=True)
    expected = np.where(hide.hidden.numpy()[..., None], [7.0, 8.0, 9.0], TOKENS)
    np.testing.assert_allclose(shown(12)(*visible), expected)


def test_given_hidden_patches_are_replaced_as_well():
    hidden = np.random.default_rng(1).random((5, 12)) < 0.5
    visible = HidePatches(0.75).given(TOKENS, hidden)
    np.testing.assert_allclose(shown(12)(*visible), np.where(hidden[..., None], [7.0, 8.0, 9.0], TOKENS))


def test_inference_hides_nothing():
    layer = HidePatches(0.75)
    np.testing.assert_array_equal(shown(12)(*layer(TOKENS)), TOKENS)
    assert not layer.hidden.numpy().any()


def test_each_sample_and_step_hides_other_patches_and_a_seed_the_same():
    first, again = HidePatches(0.5, seed=3), HidePatches(0.5, seed=3)
    drawn = []
    for _ in range(2):
        for layer in (first, again):
            layer(TOKENS, training=True)
        np.testing.assert_array_equal(first.hidden, again.hidden)
        drawn.append(first.hidden.numpy())
    assert not np.array_equal(drawn[0], drawn[1])
    assert len(np.unique(drawn[0], axis=0)) > 1


def test_a_share_of_1_is_refused():
    with pytest.raises(zoo.UsageError, match="mask_ratio must be a number of at least 0 and below 1"):
        HidePatches(1.0)
