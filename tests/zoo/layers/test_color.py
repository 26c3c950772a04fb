"""Lightness and chroma: against scikit-image's, and what must hold exactly."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from skimage import color

from zoo.layers.color import Coloring, Decoloring, colored, encoded, lightened, linear, to_lab

RNG = np.random.default_rng(0)
# Random colors, the eight corners of what a screen can show, and some near black, where curves become lines.
CORNERS = np.stack(np.meshgrid(*[[0.0, 1.0]] * 3), axis=-1).reshape(-1, 3)
COLORS = np.concatenate([RNG.uniform(size=(2000, 3)), CORNERS, RNG.uniform(0, 0.05, (200, 3))]).astype("float32")
GREYS = np.linspace(0, 1, 101, dtype="float32")[:, None]


def lightness(rgb: np.ndarray) -> np.ndarray:
    return to_lab(rgb)[..., 0].numpy()


def test_lab_is_scikit_images():
    # Its matrix has two more digits, which is most for yellow's b: 0.02 of 97.
    np.testing.assert_allclose(to_lab(COLORS), color.rgb2lab(COLORS), atol=0.025)


def test_light_by_hand():
    # sRGB 0.5 is ((0.5 + 0.055) / 1.055) ** 2.4 = 0.2140 of white's light; L of that is 116 * 0.2140 ** (1/3) - 16.
    np.testing.assert_allclose(linear(np.array([0.0, 0.04, 0.5, 1.0])), [0, 0.04 / 12.92, 0.2140, 1], atol=1e-4)
    np.testing.assert_allclose(to_lab(np.full((1, 3), 0.5, "float32")), [[53.39, 0, 0]], atol=0.01)


def test_encoding_undoes_linear():
    np.testing.assert_allclose(encoded(linear(COLORS)), COLORS, atol=1e-6)


def test_a_grey_is_as_light_as_its_color_and_a_grey_is_its_own():
    np.testing.assert_allclose(lightness(np.repeat(lightened(COLORS), 3, axis=-1)), lightness(COLORS), atol=1e-3)
    np.testing.assert_allclose(lightened(np.repeat(GREYS, 3, axis=-1)), GREYS, atol=1e-6)


def test_no_chroma_gives_the_grey():
    np.testing.assert_allclose(colored(GREYS, np.zeros((101, 2), "float32")), np.repeat(GREYS, 3, axis=-1), atol=1e-6)


def test_a_color_comes_back_from_its_grey_and_its_chroma():
    np.testing.assert_allclose(colored(lightened(COLORS), to_lab(COLORS)[..., 1:]), COLORS, atol=1e-4)


@settings(max_examples=20, deadline=None)
@given(arrays("float32", (30, 3), elements=st.floats(-1, 1, width=32)))
def test_any_chroma_can_be_shown_and_leaves_lightness_as_it_is(drawn):
    grey, chroma = np.abs(drawn[:, :1]), 1000 * drawn[:, 1:]
    found = colored(grey, chroma).numpy()
    assert 0 <= found.min() <= found.max() <= 1
    np.testing.assert_allclose(lightness(found), lightness(np.repeat(grey, 3, axis=-1)), atol=1e-3)


def test_what_cannot_be_shown_keeps_its_direction_and_goes_to_the_edge():
    # Far too red: one channel ends at its limit, and light lies on the line from the grey to the color asked for.
    found = linear(colored(np.array([[0.5]], "float32"), np.array([[200.0, 0.0]], "float32"))).numpy()[0]
    assert min(found.min(), 1 - found.max()) == pytest.approx(0, abs=1e-6)
    assert found[0] > found[2] > 0.214 > found[1]  # a alone: red and some blue, less green


def test_gradients_are_finite_at_black_white_and_beyond():
    grey = tf.constant([[0.0], [1.0], [0.5], [0.0], [1.0], [0.5]])
    chroma = tf.Variable([[0.0, 0.0]] * 3 + [[500.0, -500.0]] * 3)
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(tf.square(to_lab(colored(grey, chroma))))
    assert np.isfinite(tape.gradient(total, chroma)).all()


def test_layers_take_pictures_of_any_shape():
    x = COLORS[:24].reshape(2, 3, 4, 3)
    grey = Decoloring()(x, training=True)
    np.testing.assert_array_equal(grey, lightened(x))
    np.testing.assert_array_equal(Decoloring()(x), x)
    chroma = to_lab(x)[..., 1:] / 100
    np.testing.assert_allclose(Coloring()(grey, chroma), x, atol=1e-4)
    np.testing.assert_allclose(Coloring()(grey + 9, chroma), 1, atol=1e-6)  # whiter than white is white
    assert Coloring().compute_output_shape((None, None, 4, 1), (None, None, 4, 2)) == (None, None, 4, 3)


@pytest.mark.parametrize("layer", [Coloring, Decoloring])
def test_it_is_made_again_from_its_config(layer):
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer(name="paint")))
    assert type(again) is layer
    assert again.name == "paint"
