"""A model of pictures of one size takes pictures of any size, in Python and in its export."""

import numpy as np
import pytest
import tensorflow as tf

import zoo
from zoo.layers.framing import Framing
from zoo.wrappers.resized import Resized
from zoo.wrappers.scaled import Scaled

RNG = np.random.default_rng(0)


@pytest.fixture(scope="module", params=[(6, 4), (6, 4, 3)], ids=["grey", "color"])
def model(request):
    made = zoo.build("vanilla", request.param, latent_dim=3, seed=0)
    made.fit(RNG.random((8, *request.param)).astype("float32"), verbose=0)
    return made


def raw(model, *size, n=2):
    return 255 * RNG.random((n, *size, *model.encoder.input_shape[3:])).astype("float32")


@pytest.mark.parametrize("mode", ["crop", "pad"])
@pytest.mark.parametrize("size", [(6, 4), (9, 30), (3, 3)])
def test_pictures_are_framed_and_scaled_inside(model, size, mode):
    wrapped, x = Resized(Scaled(model, 255.0), mode), raw(model, *size)
    samples = Framing((6, 4), mode)(x).numpy() / 255
    np.testing.assert_allclose(wrapped.encode(x), model.encode(samples), atol=1e-5)
    np.testing.assert_allclose(wrapped.reconstruct(x), 255 * model.reconstruct(samples), atol=1e-3)
    np.testing.assert_allclose(wrapped.score(x), model.score(samples), atol=1e-6)


def test_its_export_takes_any_size_and_loads_again(model, tmp_path):
    wrapped = Resized(Scaled(model, 255.0), "pad")
    zoo.export(wrapped, tmp_path, examples=raw(model, 6, 4))
    signatures = tf.saved_model.load(tmp_path / "saved_model").signatures
    again = zoo.load(tmp_path)
    for size in ((6, 4), (20, 11)):
        x = raw(model, *size)
        np.testing.assert_allclose(signatures["encode"](x=tf.constant(x))["code"], wrapped.encode(x), atol=1e-5)
        found = signatures["serving_default"](x=tf.constant(x))["reconstruction"]
        assert found.shape == (2, *model.encoder.input_shape[1:])
        np.testing.assert_array_equal(again.encode(x), wrapped.encode(x))
