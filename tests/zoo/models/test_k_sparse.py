"""What is peculiar to the k-sparse autoencoder."""

import numpy as np
import pytest

import zoo

X = np.random.default_rng(0).uniform(size=(64, 16)).astype("float32")


def test_k_units_are_active_and_alpha_times_k_where_asked_for():
    codes = zoo.build("k_sparse", (16,), latent_dim=40, k=7, seed=0).encode(X)
    assert (np.count_nonzero(codes, axis=1) == 7).all()
    codes = zoo.build("k_sparse", (16,), latent_dim=40, k=7, alpha=2, seed=0).encode(X)
    assert (np.count_nonzero(codes, axis=1) == 14).all()


def test_alpha_widens_the_code_and_leaves_the_reconstruction_alone():
    one, wide = (zoo.build("k_sparse", (16,), latent_dim=40, k=7, alpha=alpha, seed=0) for alpha in (1, 2))
    np.testing.assert_allclose(wide.reconstruct(X), one.reconstruct(X), atol=1e-6)
    training = [model(X, training=True) for model in (one, wide)]
    np.testing.assert_allclose(*training, atol=1e-6)


def test_k_is_annealed_by_fit_and_remembered_by_the_weights():
    model = zoo.build("k_sparse", (16,), latent_dim=40, k=4, anneal_steps=8)
    model.fit(X, batch_size=16, epochs=1, verbose=0)
    layer = model.encoder.layers[-1]
    assert int(layer.step) == 4
    assert int(layer.current_k(40)) == 18  # halfway from 32 to 4


def test_k_above_the_width_names_both():
    with pytest.raises(zoo.UsageError, match=r"k must be at most the code's width, 8\. Received: k=9\. Lower k"):
        zoo.build("k_sparse", (16,), latent_dim=8, k=9)
