"""The color difference: against scikit-image's, and where it is smooth."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from skimage.color import deltaE_ciede94, rgb2lab

from zoo.losses.color_difference import ColorDifference

RNG = np.random.default_rng(0)
TRUE, OTHER = RNG.uniform(size=(2, 8, 5, 4, 3)).astype("float32")


def test_it_is_scikit_images_for_graphic_arts():
    found = ColorDifference().call(TRUE, OTHER)
    assert found.shape == (8, 5, 4)
    np.testing.assert_allclose(found, deltaE_ciede94(rgb2lab(TRUE), rgb2lab(OTHER)), atol=0.05)


def test_the_loss_is_the_mean_over_pixels():
    expected = deltaE_ciede94(rgb2lab(TRUE), rgb2lab(OTHER)).mean()
    assert float(ColorDifference()(TRUE, OTHER)) == pytest.approx(expected, abs=0.02)


def test_lightness_alone_counts_as_it_is_and_black_to_white_is_100():
    black, grey, white = (np.full((1, 1, 1, 3), value, "float32") for value in (0.0, 0.5, 1.0))
    assert float(ColorDifference()(black, white)) == pytest.approx(100, abs=0.01)
    assert float(ColorDifference()(grey, white)) == pytest.approx(100 - 53.39, abs=0.01)


def test_the_targets_chroma_sets_the_tolerance():
    vivid, pale = np.array([[[[1.0, 0.0, 0.0]]], [[[0.6, 0.5, 0.5]]]], "float32")[:, None]
    assert float(ColorDifference()(vivid, pale)) < 0.6 * float(ColorDifference()(pale, vivid))


def test_equal_colors_differ_by_next_to_nothing_and_what_a_screen_cannot_show_counts_as_its_edge():
    assert float(ColorDifference()(TRUE, TRUE)) == pytest.approx(0.01, abs=1e-4)
    whiter = np.full_like(TRUE, 3.0)
    assert float(ColorDifference()(np.ones_like(TRUE), whiter)) == pytest.approx(0.01, abs=1e-3)


@pytest.mark.parametrize("true", [0.0, 0.5, 1.0, 0.003, 0.04045])
@pytest.mark.parametrize("other", [0.0, 0.5, 1.0, -1.0, 2.0])
def test_gradients_are_finite(true, other):
    pred = tf.Variable(np.full((1, 2, 2, 3), other, "float32"))
    with tf.GradientTape() as tape:
        loss = ColorDifference()(np.full((1, 2, 2, 3), true, "float32"), pred)
    assert np.isfinite(tape.gradient(loss, pred)).all()


def test_it_is_made_again_from_its_config():
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(ColorDifference()))
    assert float(again(TRUE, OTHER)) == float(ColorDifference()(TRUE, OTHER))
