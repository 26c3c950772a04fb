"""What is peculiar to the sparse autoencoder."""

import keras
import numpy as np
import pytest

import zoo

X = np.random.default_rng(0).uniform(size=(256, 16)).astype("float32")


def mean_activity(penalty: str, rate: float, **hyperparameters) -> float:
    keras.utils.set_random_seed(0)
    model = zoo.build(
        "sparse", (16,), latent_dim=24, penalty=penalty, rate=rate, learning_rate=0.02, seed=0, **hyperparameters
    )
    model.fit(X, epochs=40, batch_size=64, verbose=0)
    return float(model.encode(X).mean())


def test_a_higher_l1_rate_makes_the_code_sparser():
    assert mean_activity("l1", 0.1) < 0.5 * mean_activity("l1", 0.0)


def test_kl_brings_the_mean_activity_to_rho():
    assert mean_activity("kl", 0.5, rho=0.2) == pytest.approx(0.2, abs=0.02)


def test_codes_are_exactly_zero_with_l1_and_between_0_and_1_with_kl():
    l1, kl = (zoo.build("sparse", (16,), penalty=penalty).encode(X) for penalty in ("l1", "kl"))
    assert l1.min() == 0
    assert 0 < kl.min() <= kl.max() < 1


def test_the_loss_is_the_reconstruction_error_plus_the_rate_times_the_penalty():
    model = zoo.build("sparse", (16,), latent_dim=24, rate=0.3, seed=1)
    code, reconstruction = model.encode(X), model.reconstruct(X).astype("float64")
    cross_entropy = -np.mean(X * np.log(reconstruction) + (1 - X) * np.log(1 - reconstruction))
    by_hand = cross_entropy + 0.3 * code.sum(axis=1).mean()
    assert model.evaluate(X, batch_size=32, verbose=0) == pytest.approx(by_hand, rel=1e-5)


def test_kl_begins_at_rho():
    model = zoo.build("sparse", (16,), latent_dim=400, penalty="kl", rho=0.1, seed=0)
    # With x at the mean of the data, here still 0, each unit is a sigmoid of its bias: rho.
    np.testing.assert_allclose(model.encode(np.zeros((1, 16))), 0.1, rtol=1e-5)


@pytest.mark.parametrize("name", ["input_dropout", "code_dropout"])
def test_dropout_is_at_work_in_training_only(name):
    model = zoo.build("sparse", (16,), **{name: 0.5}, seed=0)
    plain = zoo.build("sparse", (16,), seed=0)
    model.set_weights(plain.get_weights())
    np.testing.assert_array_equal(model.reconstruct(X), plain.reconstruct(X))
    assert np.abs(model(X, training=True) - plain(X, training=True)).max() > 0.01


def test_tied_weights_are_counted_once():
    tied, free = (zoo.build("sparse", (16,), latent_dim=5, tied=tied) for tied in (True, False))
    assert free.count_params() - tied.count_params() == 16 * 5


@pytest.mark.parametrize("tied", [False, True])
def test_unit_norm_keeps_the_decoders_weights_from_each_unit_at_length_1(tied):
    model = zoo.build("sparse", (16,), latent_dim=5, unit_norm=True, tied=tied, seed=0)
    model.fit(X, verbose=0)
    weights = model.encoder.get_layer("code").kernel.numpy().T if tied else model.decoder.layers[0].kernel.numpy()
    np.testing.assert_allclose(np.linalg.norm(weights, axis=1), 1, rtol=1e-5)
