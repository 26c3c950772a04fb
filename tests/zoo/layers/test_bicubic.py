"""Bicubic interpolation: by hand, and against Pillow's."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import zoo
from zoo.layers.bicubic import Enlarging, Shrinking
from zoo.ops.plain import plainly

SCALES = [2, 3, 4]
STEP = 1 / 255


def pillow(x: np.ndarray, height: int, width: int) -> np.ndarray:
    """Resizes one grey picture, shape `(height, width)`, in floating point."""
    return np.array(Image.fromarray(x).resize((width, height), Image.Resampling.BICUBIC))


def ramp(height: int, width: int, scale: float = 1) -> np.ndarray:
    """Values that rise by 0.02 a pixel; where `scale` is not 1, at the pixels' centres after resizing by it."""
    across, down = ((np.arange(round(n * scale)) + 0.5) / scale - 0.5 for n in (width, height))
    return (0.1 + 0.02 * (across + down[:, None]))[None, ..., None].astype("float32")


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(SCALES), st.integers(1, 9), st.integers(1, 9), st.integers(0, 255))
def test_constants_stay_constant(scale, height, width, level):
    large = np.full((2, scale * height, scale * width, 3), level * STEP, "float32")
    small = large[:, :height, :width]
    np.testing.assert_allclose(Enlarging(scale)(small), large, atol=1e-6)
    np.testing.assert_allclose(Shrinking(scale).corrupted(large, 0), small, atol=1e-6)


@pytest.mark.parametrize("scale", SCALES)
def test_a_ramp_stays_a_ramp_but_at_the_edges(scale):
    large = Enlarging(scale)(ramp(9, 7)).numpy()
    inside = np.s_[:, 2 * scale : -2 * scale, 2 * scale : -2 * scale]
    np.testing.assert_allclose(large[inside], ramp(9, 7, scale)[inside], atol=1e-4)
    small = Shrinking(scale).corrupted(ramp(9 * scale, 7 * scale), 0).numpy()
    inside = np.s_[:, 2:-2, 2:-2]
    np.testing.assert_allclose(small[inside], np.clip(ramp(9 * scale, 7 * scale, 1 / scale), 0, 1)[inside], atol=STEP)


@pytest.mark.parametrize("scale", SCALES)
def test_it_is_pillows_bicubic_with_its_edges(scale):
    x = np.random.default_rng(0).uniform(size=(9 * scale, 7 * scale)).astype("float32")
    large = Enlarging(scale)(x[None, ..., None]).numpy()[0, ..., 0]
    np.testing.assert_allclose(large, pillow(x, 9 * scale**2, 7 * scale**2), atol=0.25 * STEP)
    small = Shrinking(scale).corrupted(x[None, ..., None], 0).numpy()[0, ..., 0]
    np.testing.assert_allclose(small, np.clip(pillow(x, 9, 7), 0, 1), atol=0.51 * STEP)


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(SCALES), st.integers(1, 9), st.integers(1, 9), st.sampled_from([1, 3]))
def test_the_convolution_is_what_tensorflow_resizes(scale, height, width, channels):
    x = np.random.default_rng(height).uniform(size=(2, height, width, channels)).astype("float32")
    expected = tf.image.resize(x, (scale * height, scale * width), "bicubic")
    with plainly():
        np.testing.assert_allclose(Enlarging(scale)(x), expected, atol=2e-6)
    np.testing.assert_array_equal(Enlarging(scale)(x), expected)


def test_shrinking_rounds_to_8_bits_in_0_to_1_and_cuts_what_is_left_over():
    x = np.random.default_rng(0).integers(0, 2, (2, 13, 11, 3)).astype("float32")
    small = Shrinking(3).corrupted(x, 0).numpy()
    assert small.shape == (2, 4, 3, 3)
    assert 0 <= small.min() <= small.max() <= 1
    np.testing.assert_allclose(small / STEP, np.round(small / STEP), atol=1e-4)
    np.testing.assert_array_equal(small, Shrinking(3).corrupted(x[:, :12, :9], 1, shared=True))


def test_only_training_shrinks():
    x = np.zeros((1, 6, 4, 1), "float32")
    assert Shrinking(2)(x).shape == x.shape
    assert Shrinking(2)(x, training=True).shape == (1, 3, 2, 1)


def test_shapes_of_any_size_are_known():
    assert Enlarging(3).compute_output_shape((None, None, 5, 1)) == (None, None, 15, 1)


@pytest.mark.parametrize("layer", [Enlarging, Shrinking])
def test_it_is_made_again_from_its_config_and_a_wrong_scale_says_so(layer):
    assert keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer(3))).scale == 3
    with pytest.raises(zoo.UsageError, match="scale must be an integer of at least 1"):
        layer(0)
