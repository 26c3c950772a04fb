"""Tied weights: one kernel, used from both sides, trained, saved and reloaded as one."""

import keras
import numpy as np

from zoo.autoencoder import Autoencoder
from zoo.layers.transposed_dense import TransposedDense

X = np.random.default_rng(0).uniform(size=(32, 6)).astype("float32")


def tied() -> Autoencoder:
    encoder = keras.Sequential([keras.Input((6,)), keras.layers.Dense(4, name="code")])
    decoder = keras.Sequential([keras.Input((4,)), TransposedDense(6, "code", "sigmoid")])
    return Autoencoder(encoder, decoder).compile_default(0.01)


def test_it_is_the_encoders_kernel_transposed():
    model = tied()
    model.fit(X, epochs=2, verbose=0)
    code, mirror = model.encoder.layers[0], model.decoder.layers[0]
    kernel = code.kernel.numpy()
    expected = 1 / (1 + np.exp(-((X @ kernel + code.bias.numpy()) @ kernel.T + mirror.bias.numpy())))
    np.testing.assert_allclose(model.reconstruct(X), expected, atol=1e-6)


def test_the_kernel_is_counted_and_trained_once():
    model = tied()
    assert model.count_params() == 6 * 4 + 4 + 6
    assert len(model.trainable_variables) == 3
    assert len(model.get_weights()) == 3


def test_it_is_tied_after_a_reload(tmp_path):
    model = tied()
    model.fit(X, verbose=0)
    model.save(tmp_path / "tied.keras")
    again = keras.saving.load_model(tmp_path / "tied.keras")
    assert again.decoder.layers[0].kernel is again.encoder.layers[0].kernel
    np.testing.assert_array_equal(again.reconstruct(X), model.reconstruct(X))
    again.fit(X, verbose=0)
    assert again.count_params() == model.count_params()
