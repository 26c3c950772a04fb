"""How much noise there is, where it comes from, and when."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import zoo
from zoo.layers.noise import Noise

GREY = np.full((4, 100, 100, 1), 0.25, "float32")  # 40,000 pixels: a standard deviation is known to half a percent


def noise(layer: Noise, x: np.ndarray, seed: int = 0, **options) -> np.ndarray:
    return layer.corrupted(x, seed, **options).numpy() - x


def test_inference_changes_nothing_and_sigma_0_neither():
    np.testing.assert_array_equal(Noise((25,))(GREY), GREY)
    np.testing.assert_array_equal(Noise((0,))(GREY, training=True), GREY)


def test_sigma_is_the_standard_deviation_in_steps_of_8_bits_and_nothing_is_clipped():
    found = noise(Noise((51,)), GREY)
    assert found.mean() == pytest.approx(0, abs=0.003)
    assert found.std() == pytest.approx(51 / 255, rel=0.02)
    # Below 0 lies what is 0.25 / 0.2 = 1.25 standard deviations or more below the mean: 10.6%.
    assert (found + GREY < 0).mean() == pytest.approx(0.106, abs=0.01)


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("light", [0.0, 0.25, 1.0])
def test_the_variance_is_gain_times_light_plus_sigma_squared(light, shared):
    found = noise(Noise((25.5,), gain=0.04), np.full_like(GREY, light), shared=shared)
    assert found.mean() == pytest.approx(0, abs=0.01)
    assert found.var() == pytest.approx(0.04 * light + 0.1**2, rel=0.05)


def test_light_comes_in_steps_of_the_gain():
    photons = Noise((0,), gain=0.125).corrupted(GREY, 0).numpy() / 0.125  # Poisson, of mean 2
    np.testing.assert_array_equal(photons, photons.round())
    assert (photons == 0).mean() == pytest.approx(np.exp(-2), abs=0.01)


def test_of_a_range_each_picture_has_its_own_sigma_and_all_are_as_likely():
    deviations = noise(Noise((10, 50)), np.zeros((400, 24, 24, 1), "float32")).std(axis=(1, 2, 3)) * 255
    quartiles = np.percentile(deviations, [0, 25, 50, 75, 100])
    np.testing.assert_allclose(quartiles, [10, 20, 30, 40, 50], atol=4)


def test_shared_draws_are_the_same_for_all_pictures_in_any_batch_and_take_the_middle_of_a_range():
    layer = Noise((0, 51))
    found = layer.corrupted(GREY, 3, shared=True).numpy()
    np.testing.assert_array_equal(found, np.repeat(found[:1], len(GREY), axis=0))
    np.testing.assert_array_equal(layer.corrupted(GREY[:1], 3, shared=True), found[:1])
    assert (found - GREY).std() == pytest.approx(0.1, rel=0.03)


@settings(max_examples=20, deadline=None)
@given(st.floats(0, 60), st.floats(0, 60), st.floats(0, 1), st.integers(0, 2**31 - 3), st.booleans())
def test_a_seed_gives_the_same_again_and_the_shape_stays(end, other, gain, seed, shared):
    layer = Noise((min(end, other), max(end, other)), gain)
    x = np.linspace(0, 1, 24, dtype="float32").reshape(2, 2, 2, 3)
    corrupted = layer.corrupted(x, seed, shared).numpy()
    assert corrupted.shape == x.shape
    assert np.isfinite(corrupted).all()
    np.testing.assert_array_equal(layer.corrupted(x, seed, shared), corrupted)


@pytest.mark.parametrize("gain", [0.0, 0.1])
def test_draws_differ_from_seed_to_seed_from_call_to_call_and_from_picture_to_picture(gain):
    layer = Noise((25,), gain, seed=0)
    first, second = layer(GREY, training=True).numpy(), layer(GREY, training=True).numpy()
    assert (first != second).any()
    assert (first[0] != first[1]).any()
    assert (noise(layer, GREY, 1) != noise(layer, GREY, 2)).any()


def test_it_is_rebuilt_from_its_config():
    layer = Noise((5, 25), gain=0.1, seed=4)
    again = Noise.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    np.testing.assert_array_equal(again(GREY, training=True), layer(GREY, training=True))


def test_bad_arguments_say_what_was_expected():
    for wrong in (25, (), (1, 2, 3)):
        with pytest.raises(zoo.UsageError, match=r"noise must be one number of at least 0, or two.*Write \(25,\)"):
            Noise(wrong)
    with pytest.raises(zoo.UsageError, match="noise must be a number of at least 0"):
        Noise((-1,))
    with pytest.raises(zoo.UsageError, match=r"two that rise\. Received: noise=\(50, 10\)"):
        Noise((50, 10))
    with pytest.raises(zoo.UsageError, match="gain must be a number of at least 0"):
        Noise((25,), gain=-0.1)


def test_pictures_of_all_levels_count_alike():
    good = np.full((2, 64, 64, 1), 0.5, "float32")
    noisy = good + np.array([0.1, 0.2], "float32")[:, None, None, None]
    of_a_range, of_one = Noise((0.0, 51.0)), Noise((51.0,))
    expected = 0.1 / np.sqrt(np.array([0.1**2, 0.2**2]) + 1 / 255**2)  # the middle of the range is 25.5 / 255
    np.testing.assert_allclose(np.ravel(of_a_range.balance(noisy, good)), expected, rtol=1e-5)
    np.testing.assert_array_equal(np.ravel(of_one.balance(noisy, good)), [1, 1])


def test_a_gain_too_faint_to_be_seen_is_no_endless_draw_of_photons():
    x = np.full((1, 4, 4, 1), 0.5, "float32")
    np.testing.assert_array_equal(Noise((0.0,), 1e-300).corrupted(x, 0), x)
