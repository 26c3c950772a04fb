"""What is peculiar to the convolutional autoencoder, and to the convolutional bodies that other models share."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import zoo
from zoo import kinds
from zoo.nets import convolutional

sizes = st.integers(1, 19)


@settings(max_examples=10, deadline=None)
@given(
    st.one_of(st.tuples(sizes), st.tuples(sizes, sizes), st.tuples(sizes, sizes, st.integers(1, 3))), st.integers(1, 3)
)
def test_any_size_comes_back_in_its_size(shape, depth):
    model = zoo.build("convolutional", shape, latent_dim=2, filters=(3,) * depth, blocks=1)
    x = np.zeros((2, *shape))
    assert model.encode(x).shape == (2, 2)
    assert model.reconstruct(x).shape == x.shape


def test_each_layer_halves_each_axis_and_rounds_up():
    pixels = kinds.find("pixels")
    assert convolutional.map_shape((28, 28), (8, 16), pixels) == (7, 7, 16)
    assert convolutional.map_shape((13, 9, 3), (8, 16), pixels) == (4, 3, 16)
    assert convolutional.map_shape((5,), (8, 8, 8), pixels) == (1, 8)
    assert convolutional.map_shape((13, 9), (8, 16), kinds.find("series")) == (4, 16)
    encoder = zoo.build("convolutional", (13, 9, 3), filters=(8, 16)).encoder
    assert encoder.get_layer("down_0").output.shape == (None, 7, 5, 8)
    assert encoder.get_layer("down_1").output.shape == (None, 4, 3, 16)


def test_the_decoder_mirrors_the_encoder():
    decoder = zoo.build("convolutional", (13, 9, 3), filters=(8, 16)).decoder
    assert decoder.get_layer("spread").units == 4 * 3 * 16
    assert decoder.get_layer("up_1").filters == 8
    assert decoder.get_layer("up_0").filters == 3


def test_parameters_are_those_counted_by_hand():
    model = zoo.build("convolutional", (28, 28), latent_dim=32, filters=(8, 16))
    down = (9 * 1 * 8 + 8) + (9 * 8 * 16 + 16)
    code = 784 * 32 + 32  # 7 x 7 x 16 to 32
    spread = 32 * 784 + 784
    up = (9 * 16 * 8 + 8) + (9 * 8 * 1 + 1)
    assert model.count_params() == down + code + spread + up
    block = 2 * (9 * 8 * 8 + 8) + 2 * (9 * 16 * 16 + 16)  # one of each width, in the encoder and in the decoder
    assert (
        zoo.build("convolutional", (28, 28), filters=(8, 16), blocks=1).count_params()
        == model.count_params() + 2 * block
    )


def test_along_a_series_convolutions_have_one_axis():
    model = zoo.build("convolutional", (13, 3), latent_dim=5, filters=(8,), output="series")
    assert [layer.kernel.shape for layer in model.encoder.layers if layer.name == "down_0"] == [(3, 3, 8)]
    assert model.decoder.get_layer("up_0").kernel.shape == (3, 3, 8)  # (steps, channels, filters)
    assert model.decoder.get_layer("spread").units == 7 * 8
    with pytest.raises(zoo.UsageError, match=r"input_shape must be \(steps, channels\). .*Write \(steps, 1\)"):
        zoo.build("convolutional", (13,), output="series")
    with pytest.raises(zoo.UsageError, match=r"input_shape must be \(steps, channels\)"):
        zoo.build("vanilla", (4, 3, 2), output="series")


def test_residual_blocks_begin_as_the_identity():
    plain = zoo.build("convolutional", (8, 8), filters=(4,), seed=0)
    deeper = zoo.build("convolutional", (8, 8), filters=(4,), blocks=2, seed=0)
    x = np.random.default_rng(0).uniform(size=(3, 8, 8))
    for part in ("encoder", "decoder"):
        for name in ("down_0", "code") if part == "encoder" else ("spread", "up_0"):
            getattr(deeper, part).get_layer(name).set_weights(getattr(plain, part).get_layer(name).get_weights())
    np.testing.assert_allclose(deeper.reconstruct(x), plain.reconstruct(x), atol=1e-6)


@pytest.mark.parametrize("axes", [1, 2])
@pytest.mark.parametrize("transposed", [False, True])
def test_initial_weights_keep_the_size_of_what_passes_through(axes, transposed):
    x = np.random.default_rng(0).normal(size=(8, *[32] * axes, 16)).astype("float32")
    layer = convolutional.layer(axes, 64, "relu", random.Random(0), strides=2, transposed=transposed)
    inside = np.asarray(layer(x))[(slice(None), *[slice(2, -2)] * axes)]  # away from the padding
    assert np.mean(inside**2) == pytest.approx(np.mean(x**2), rel=0.2)


def test_a_code_that_is_a_map_is_widened_first():
    rng = random.Random(0)
    decoder = convolutional.decoder((2, 3, 5), (4, 6), "relu", (8, 12), kinds.find("real"), rng)
    assert decoder.get_layer("widen").filters == 6
    assert decoder.output_shape == (None, 8, 12)


def test_bad_arguments_say_what_was_expected():
    with pytest.raises(zoo.UsageError, match=r"input_shape must be \(steps,\), .*Received: input_shape=\(2, 2, 2, 2\)"):
        zoo.build("convolutional", (2, 2, 2, 2))
    with pytest.raises(zoo.UsageError, match="filters must be at least one number of filters"):
        zoo.build("convolutional", (8, 8), filters=())
    with pytest.raises(zoo.UsageError, match="filters must be a tuple of positive integers"):
        zoo.build("convolutional", (8, 8), filters=(0,))
    with pytest.raises(zoo.UsageError, match="blocks must be an integer of at least 0"):
        zoo.build("convolutional", (8, 8), blocks=-1)
