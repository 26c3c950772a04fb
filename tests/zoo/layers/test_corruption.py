"""What each corruption does to an element, how often, and when."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import zoo
from zoo.layers.corruption import KINDS, Corruption

X = np.full((200, 10, 10), 0.25, "float32")  # 20,000 elements that are neither 0 nor 1


def trained(layer: Corruption, x: np.ndarray = X) -> np.ndarray:
    return layer(x, training=True).numpy()


@pytest.mark.parametrize("kind", KINDS)
def test_inference_changes_nothing_and_level_0_neither(kind):
    np.testing.assert_array_equal(Corruption(kind, 0.5)(X), X)
    np.testing.assert_array_equal(trained(Corruption(kind, 0.0)), X)


def test_gaussian_adds_noise_of_mean_0_and_standard_deviation_level():
    noise = trained(Corruption("gaussian", 0.5, clip=False, seed=0)) - X
    assert noise.mean() == pytest.approx(0, abs=0.02)
    assert noise.std() == pytest.approx(0.5, abs=0.02)


def test_gaussian_is_clipped_to_pixels():
    clipped = trained(Corruption("gaussian", 0.5, seed=0))
    np.testing.assert_array_equal(clipped, np.clip(trained(Corruption("gaussian", 0.5, clip=False, seed=0)), 0, 1))
    # Below 0 lies what is half a standard deviation or more below the mean: 31%.
    assert (clipped == 0).mean() == pytest.approx(0.309, abs=0.02)


def test_masking_sets_a_share_to_0_and_leaves_the_rest():
    masked = trained(Corruption("masking", 0.3, seed=0))
    assert set(np.unique(masked)) == {0.0, 0.25}
    assert (masked == 0).mean() == pytest.approx(0.3, abs=0.02)


def test_salt_and_pepper_sets_half_of_a_share_to_0_and_half_to_1():
    values, counts = np.unique(trained(Corruption("salt_and_pepper", 0.4, seed=0)), return_counts=True)
    assert values.tolist() == [0.0, 0.25, 1.0]
    np.testing.assert_allclose(counts / X.size, [0.2, 0.6, 0.2], atol=0.02)


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(KINDS), st.floats(0, 0.99), st.integers(0, 2**31 - 1))
def test_pixels_stay_pixels_and_a_seed_gives_the_same_again(kind, level, seed):
    layer = Corruption(kind, level)
    x = np.linspace(0, 1, 12, dtype="float32").reshape(2, 6)
    corrupted = layer.corrupted(x, seed).numpy()
    assert 0 <= corrupted.min() <= corrupted.max() <= 1
    np.testing.assert_array_equal(layer.corrupted(x, seed), corrupted)


@pytest.mark.parametrize("kind", KINDS)
def test_draws_differ_from_call_to_call_and_from_sample_to_sample(kind):
    layer = Corruption(kind, 0.5, seed=0)
    first, second = trained(layer), trained(layer)
    assert (first != second).any()
    assert (first[0] != first[1]).any()


@pytest.mark.parametrize("kind", KINDS)
def test_shared_draws_are_the_same_for_all_samples_in_any_batch(kind):
    layer = Corruption(kind, 0.5)
    corrupted = layer.corrupted(X, 3, shared=True).numpy()
    np.testing.assert_array_equal(corrupted, np.repeat(corrupted[:1], len(X), axis=0))
    np.testing.assert_array_equal(layer.corrupted(X[:7], 3, shared=True), corrupted[:7])


def test_it_is_rebuilt_from_its_config():
    layer = Corruption("masking", 0.3, clip=False, seed=4)
    again = Corruption.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    np.testing.assert_array_equal(trained(again), trained(layer))


def test_bad_arguments_say_what_was_expected():
    with pytest.raises(zoo.UsageError, match=r"corruption must be one of .*Did you mean 'gaussian'"):
        Corruption("gausian", 0.5)
    with pytest.raises(zoo.UsageError, match="level must be a number of at least 0"):
        Corruption("gaussian", -0.5)
    with pytest.raises(zoo.UsageError, match="level must be a number of at least 0 and below 1"):
        Corruption("masking", 1.0)
