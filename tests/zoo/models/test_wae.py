"""What is peculiar to the Wasserstein autoencoder."""

import keras
import numpy as np
import pytest

import zoo

X = np.random.default_rng(0).uniform(size=(256, 16)).astype("float32")


def fitted(**hyperparameters):
    keras.utils.set_random_seed(0)
    model = zoo.build("wae", (16,), latent_dim=4, hidden_units=(32,), learning_rate=0.01, seed=0, **hyperparameters)
    return model, model.fit(X, epochs=30, batch_size=64, validation_data=(X, None), verbose=0).history


def test_the_codes_become_standard_normal_where_the_penalty_is_high():
    free, kept = (fitted(rate=rate) for rate in (0.0, 1.0))
    assert kept[1]["val_mmd"][-1] < 0.05 < 5 * free[1]["val_mmd"][-1]
    np.testing.assert_allclose(kept[0].encode(X).std(axis=0), 1, atol=0.25)
    np.testing.assert_allclose(kept[0].encode(X).mean(axis=0), 0, atol=0.25)


def test_the_training_loss_is_the_reconstructions_plus_the_rate_times_the_discrepancy():
    model = zoo.build("wae", (16,), latent_dim=4, rate=0.7, learning_rate=1e-9, seed=1)
    reconstruction = model.evaluate(X, batch_size=256, verbose=0, return_dict=True)
    trained = model.fit(X, batch_size=256, verbose=0).history
    assert trained["mmd"][0] == pytest.approx(float(model.penalty(model.encode(X))), rel=1e-4)
    assert trained["loss"][0] == pytest.approx(reconstruction["loss"] + 0.7 * trained["mmd"][0], rel=1e-5)


def test_the_validation_loss_is_the_reconstructions_for_any_batch_size():
    model = zoo.build("wae", (16,), rate=5.0, seed=1)
    x, reconstruction = X[:64], model.reconstruct(X[:64]).astype("float64")
    by_hand = -np.mean(x * np.log(reconstruction) + (1 - x) * np.log(1 - reconstruction))
    for batch_size in (1, 7, 64):
        found = model.evaluate(x, batch_size=batch_size, verbose=0, return_dict=True)
        assert found["loss"] == pytest.approx(by_hand, rel=1e-5)


@pytest.mark.parametrize("filters", [(), (4, 8)])
def test_it_samples_and_interpolates_with_either_body(filters):
    model = zoo.build("wae", (7, 5, 3), latent_dim=4, filters=filters, hidden_units=(16,), seed=0)
    x = np.random.default_rng(0).uniform(size=(2, 7, 5, 3)).astype("float32")
    assert model.sample(3).shape == (3, 7, 5, 3)
    np.testing.assert_array_equal(model.sample(3, seed=1), model.sample(3, seed=1))
    way = model.interpolate(x[0], x[1], steps=5)
    np.testing.assert_allclose(way[[0, -1]], model.reconstruct(x), atol=1e-6)


def test_it_trains_in_mixed_bfloat16_and_many_steps_at_once():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = zoo.build("wae", (16,), seed=0)
    finally:
        keras.config.set_dtype_policy("float32")
    model.steps_per_execution = 4
    history = model.fit(X, epochs=3, batch_size=32, validation_data=(X, None), verbose=0).history
    assert history["loss"][-1] < history["loss"][0]


def test_bad_arguments_say_what_was_expected():
    with pytest.raises(zoo.UsageError, match="rate must be a number of at least 0"):
        zoo.build("wae", (16,), rate=-1.0)
    with pytest.raises(zoo.UsageError, match="filters must be a tuple of positive integers"):
        zoo.build("wae", (16,), filters=(0,))
