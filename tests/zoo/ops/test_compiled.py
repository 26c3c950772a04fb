"""A compiled part answers as its layers do, whatever happens to the model, and is compiled once."""

import pickle

import keras
import numpy as np
import pytest
import tensorflow as tf

import zoo
from zoo.autoencoder import Autoencoder
from zoo.ops.compiled import compiled

X = np.random.default_rng(0).random((9, 4, 4)).astype("float32")


@pytest.fixture
def model():
    return zoo.build("vanilla", (4, 4), latent_dim=3, seed=0)


def eager(model):
    return model.decoder(model.encoder(X, training=False), training=False)


def test_any_number_of_samples_is_traced_once():
    traced = []

    class Traced(keras.layers.Layer):
        def call(self, x):
            traced.append(x.shape)
            return x

    encoder = keras.Sequential([keras.Input((4,)), Traced()])
    decoder = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4)])
    model = Autoencoder(encoder, decoder, "real")
    traced.clear()
    for count in (1, 5, 3, 1, 0):
        assert model.encode(np.ones((count, 4))).shape == (count, 4)
    assert traced == [(None, 4)]


def test_many_models_train_and_answer_without_a_word_of_tensorflow_about_tracing(caplog):
    tf.get_logger().propagate = True
    try:
        for seed in range(7):  # TensorFlow warns at the fifth of such functions, wherever they come from
            model = zoo.build("vanilla", (4, 4), latent_dim=2, seed=seed)
            model.fit(X, verbose=0)
            model.score(X)
    finally:
        tf.get_logger().propagate = False
    assert "retracing" not in caplog.text


def test_weights_changed_later_count(model):
    np.testing.assert_allclose(model.reconstruct(X), eager(model), atol=1e-6)
    before = model.reconstruct(X)
    model.fit(X, epochs=1, verbose=0)
    np.testing.assert_allclose(model.reconstruct(X), eager(model), atol=1e-6)
    model.set_weights([weight + 1 for weight in model.get_weights()])
    np.testing.assert_allclose(model.reconstruct(X), eager(model), atol=1e-6)
    assert np.abs(model.reconstruct(X) - before).max() > 0.1
    model.encoder.trainable = False
    np.testing.assert_allclose(model.reconstruct(X), eager(model), atol=1e-6)


def test_saved_pickled_and_cloned_models_have_functions_of_their_own(model, tmp_path):
    model.fit(X, epochs=1, verbose=0)
    expected = model.reconstruct(X)
    model.save(tmp_path / "model.keras")
    again = [keras.saving.load_model(tmp_path / "model.keras"), pickle.loads(pickle.dumps(model))]
    for other in again:
        np.testing.assert_array_equal(other.reconstruct(X), expected)
    clone = keras.models.clone_model(model)
    clone.set_weights([weight + 1 for weight in model.get_weights()])
    assert np.abs(clone.reconstruct(X) - expected).max() > 0.1
    np.testing.assert_array_equal(model.reconstruct(X), expected)


def test_an_export_has_its_endpoints_alone(model, tmp_path):
    model.reconstruct(X)
    zoo.export(model, tmp_path / "after")
    zoo.export(zoo.build("vanilla", (4, 4), latent_dim=3, seed=0), tmp_path / "fresh")
    sizes = [(tmp_path / name / "saved_model" / "saved_model.pb").stat().st_size for name in ("after", "fresh")]
    assert sizes[0] <= 1.05 * sizes[1]


def test_under_mixed_precision_codes_are_those_of_the_layers():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = zoo.build("vanilla", (4, 4), latent_dim=3, seed=0)
    finally:
        keras.config.set_dtype_policy(before)
    codes = model.encode(X)
    assert codes.dtype == np.float32
    np.testing.assert_allclose(codes, tf.cast(model.encoder(X), tf.float32), atol=0.05)


def test_a_bound_method_is_compiled_beside_its_model(model):
    assert compiled(model.call, (4, 4)) is compiled(model.call, (4, 4))
    assert compiled(model.call, (4, 4)) is not compiled(model, (4, 4))
    np.testing.assert_allclose(compiled(model.call, (4, 4))(X), eager(model), atol=1e-6)
