"""What is peculiar to the adversarial autoencoder."""

import math

import keras
import numpy as np
import pytest

import zoo

RNG = np.random.default_rng(0)
# Three numbers, seen through sixteen pixels.
X = (1 / (1 + np.exp(-RNG.normal(size=(512, 3)) @ RNG.normal(size=(3, 16))))).astype("float32")


def built(**hyperparameters):
    keras.utils.set_random_seed(0)
    small = {"latent_dim": 3, "hidden_units": (32,), "discriminator_units": (32,)}
    return zoo.build("adversarial", (16,), seed=0, **{**small, **hyperparameters})


def test_the_codes_become_standard_normal_and_the_discriminator_cannot_tell():
    model = built(rate=0.05, learning_rate=3e-3)
    history = model.fit(X, epochs=40, batch_size=64, validation_data=(X, None), verbose=0).history
    codes = model.encode(X)
    np.testing.assert_allclose(codes.std(axis=0), 1, atol=0.15)
    np.testing.assert_allclose(codes.mean(axis=0), 0, atol=0.15)
    assert history["val_deception"][-1] == pytest.approx(math.log(2), abs=0.1)


def test_the_training_loss_is_the_reconstructions_plus_the_rate_times_the_deception():
    model = built(rate=0.7, learning_rate=1e-9)
    before = model.evaluate(X, batch_size=100, verbose=0, return_dict=True)
    trained = model.fit(X, batch_size=512, verbose=0).history
    assert trained["deception"][0] == pytest.approx(before["deception"], rel=1e-5)  # for any batch size
    assert trained["loss"][0] == pytest.approx(before["loss"] + 0.7 * before["deception"], rel=1e-5)


def test_the_validation_loss_is_the_reconstructions_for_any_batch_size():
    model = built(rate=5.0)
    x, reconstruction = X[:64], model.reconstruct(X[:64]).astype("float64")
    by_hand = -np.mean(x * np.log(reconstruction) + (1 - x) * np.log(1 - reconstruction))
    for batch_size in (1, 7, 64):
        found = model.evaluate(x, batch_size=batch_size, verbose=0, return_dict=True)
        assert found["loss"] == pytest.approx(by_hand, rel=1e-5)


def test_all_that_moves_is_among_the_models_and_the_optimizers_variables():
    model = built()
    model.fit(X, verbose=0)
    moving = {id(variable) for variable in [*model.variables, *model.optimizer.variables]}
    network = model.penalty.network
    assert {id(variable) for variable in network.variables} <= moving
    assert id(model.penalty.seeds.state) in moving
    # Adam's two moments for each weight of all three parts, the step and the rate.
    parts = [*model.encoder.weights, *model.decoder.weights, *network.weights]
    assert len(model.optimizer.variables) == 2 * len(parts) + 2
    assert all(np.abs(moment).max() > 0 for moment in model.optimizer.variables[2:])


def test_a_reload_trains_on_as_the_model_would(tmp_path):
    model = built()
    model.fit(X, verbose=0)
    zoo.export(model, tmp_path, formats=["keras"])
    again = zoo.load(tmp_path)
    again.penalty.seeds.state.assign(model.penalty.seeds.state)  # .keras files leave it out
    trained = [m.fit(X, epochs=2, shuffle=False, verbose=0).history["loss"] for m in (model, again)]
    # Without the optimizer's state they differ by 1%; sums in another order, on more threads, by 1e-5.
    assert trained[1] == pytest.approx(trained[0], rel=1e-4)
    np.testing.assert_allclose(again.sample(3), model.sample(3), atol=1e-3)


def test_it_trains_in_mixed_bfloat16_and_many_steps_at_once():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = built()
    finally:
        keras.config.set_dtype_policy("float32")
    model.steps_per_execution = 4
    history = model.fit(X, epochs=4, batch_size=32, validation_data=(X, None), verbose=0).history
    assert history["val_loss"][-1] < history["val_loss"][0]


def test_bad_arguments_say_what_was_expected():
    with pytest.raises(zoo.UsageError, match="discriminator_units must be a tuple of positive integers"):
        zoo.build("adversarial", (16,), discriminator_units=(-1,))
