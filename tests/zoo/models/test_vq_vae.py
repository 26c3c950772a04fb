"""What is peculiar to the vector-quantised autoencoder."""

import keras
import numpy as np
import pytest

import zoo
from zoo.wrappers.scaled import Scaled

X = np.random.default_rng(0).uniform(size=(64, 6, 5)).astype("float32")


@pytest.fixture(scope="module")
def model():
    return zoo.build("vq_vae", (6, 5), filters=(4,), blocks=0, latent_dim=3, codebook_size=7, seed=0)


def test_codes_are_entries_and_symbols_decode_to_the_reconstruction(model):
    indices, codebook = model.indices(X), model.quantizer.codebook.numpy()
    assert indices.shape == (64, 3, 3)  # each axis halved, rounding up
    assert indices.dtype == np.int32
    np.testing.assert_array_equal(model.encode(X), codebook[indices])
    np.testing.assert_allclose(model.decode_indices(indices), model.reconstruct(X), atol=1e-6)
    np.testing.assert_array_equal(model.indices(X, batch_size=10), indices)
    assert model.indices(X[:0]).shape == (0, 3, 3)


def test_the_loss_is_the_reconstruction_error_plus_the_commitment(model):
    reconstruction = model.reconstruct(X).astype("float64")
    cross_entropy = -np.mean(X * np.log(reconstruction) + (1 - X) * np.log(1 - reconstruction))
    vectors = keras.Model(model.encoder.input, model.encoder.get_layer("code").output)(X).numpy()
    by_hand = cross_entropy + 0.25 * np.mean((vectors - model.encode(X)) ** 2)
    for size in (16, 64):
        assert model.evaluate(X, batch_size=size, verbose=0, return_dict=True)["loss"] == pytest.approx(
            by_hand, rel=1e-5
        )


def test_the_perplexity_is_that_of_all_samples_whatever_the_batch(model):
    shares = np.bincount(model.indices(X).ravel(), minlength=7) / (64 * 9)
    by_hand = np.exp(-sum(p * np.log(p) for p in shares if p))
    for size in (10, 64):
        found = model.evaluate(X, batch_size=size, verbose=0, return_dict=True)["perplexity"]
        assert found == pytest.approx(by_hand, rel=1e-4)


def test_training_uses_the_codebook():
    model = zoo.build("vq_vae", (6, 5), filters=(8,), blocks=0, latent_dim=3, codebook_size=16, seed=0)
    history = model.fit(X, epochs=5, batch_size=16, validation_data=(X, None), verbose=0).history
    assert set(history) == {"loss", "perplexity", "val_loss", "val_perplexity"}
    assert history["perplexity"][-1] > 8
    assert history["val_perplexity"][-1] > 8


def test_the_export_encodes_to_symbols_and_decodes_them(model):
    endpoints = Scaled(model, 255).endpoints()
    encoded = endpoints["encode"].call(X * 255)
    np.testing.assert_array_equal(encoded["indices"], model.indices(X))
    decoded = endpoints["decode_indices"].call(encoded["indices"])
    np.testing.assert_allclose(decoded["reconstruction"], 255 * model.reconstruct(X), atol=1e-3)
    assert endpoints["decode_indices"].examples["indices"].shape == (2, 3, 3)


@pytest.mark.parametrize("wrong", [[[7]], [[-1]], [[0.5]]])
def test_symbols_outside_of_the_codebook_are_refused(model, wrong):
    with pytest.raises(zoo.UsageError, match="indices must be integers from 0 to 6"):
        model.decode_indices(wrong)


@pytest.mark.parametrize(
    "wrong", [{"latent_dim": 0}, {"codebook_size": 0}, {"blocks": -1}, {"decay": 1.0}, {"filters": ()}]
)
def test_bad_arguments_name_themselves(wrong):
    with pytest.raises(zoo.UsageError, match=next(iter(wrong))):
        zoo.build("vq_vae", (6, 5), **wrong)
