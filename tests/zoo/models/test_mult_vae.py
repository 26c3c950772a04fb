"""What is peculiar to the variational autoencoder of likes, against arithmetic."""

import json
import math

import keras
import numpy as np
import pytest
import tensorflow as tf

import zoo

X = (np.random.default_rng(0).random((96, 12)) < 0.4).astype("float32")
X[5] = 0  # somebody who likes nothing


def small(**hyperparameters):
    return zoo.build("mult_vae", (12,), **{"latent_dim": 3, "hidden_units": (8,), "seed": 0, **hyperparameters})


def with_posterior(model, mean: float, log_variance: float):
    """The same model with one posterior for all people."""
    layer = model.encoder.get_layer("posterior")
    units = layer.units // 2
    layer.kernel.assign(tf.zeros_like(layer.kernel))
    layer.bias.assign([mean] * units + [log_variance] * units)
    return model


def evaluated(model, x=X, **arguments) -> dict[str, float]:
    return model.evaluate(x, verbose=0, return_dict=True, **arguments)


def two_films(**hyperparameters):
    """A model that gives the first of two films the chance 3/4 = e^log(3) / (e^log(3) + e^0), whoever asks."""
    options = {"latent_dim": 2, "hidden_units": (), "beta": 0.0, "seed": 0, **hyperparameters}
    model = zoo.build("mult_vae", (2,), **options)
    films = model.decoder.get_layer("likes")
    films.kernel.assign(tf.zeros_like(films.kernel))
    films.bias.assign([math.log(3), 0.0])
    return model


def test_a_reconstruction_is_the_chances_of_films():
    np.testing.assert_allclose(two_films().reconstruct(np.array([[0.0, 1.0]])), [[0.75, 0.25]], rtol=1e-6)
    np.testing.assert_allclose(small().reconstruct(X).sum(axis=1), 1, rtol=1e-6)


def test_the_loss_is_the_log_chance_of_each_like_in_nats():
    # One likes the first film, one both: -log 3/4, and -log 3/4 - log 1/4.
    x = np.array([[1, 0], [1, 1]], "float32")
    first, both = -math.log(3 / 4), -math.log(3 / 4) - math.log(1 / 4)
    assert evaluated(two_films(activity_power=0.0), x)["loss"] == pytest.approx((first + both) / 2)
    # Each divided by the number of likes to the power a, here 1 and 1/2.
    assert evaluated(two_films(activity_power=1.0), x)["loss"] == pytest.approx((first + both / 2) / 2)
    assert evaluated(two_films(activity_power=0.5), x)["loss"] == pytest.approx((first + both / math.sqrt(2)) / 2)


def test_likes_count_as_often_as_they_are_given():
    x = np.array([[2, 1]], "float32")
    by_hand = -2 * math.log(3 / 4) - math.log(1 / 4)
    assert evaluated(two_films(activity_power=0.0), x)["loss"] == pytest.approx(by_hand)


def test_kl_is_0_at_a_standard_normal_and_else_the_closed_form():
    assert evaluated(with_posterior(small(), 0.0, 0.0))["kl"] == 0
    # Per latent 1/2 (m^2 + s^2 - log s^2 - 1), by hand: m = 2, s^2 = 1 gives 2; m = 0, s^2 = e gives (e - 2) / 2.
    assert evaluated(with_posterior(small(), 2.0, 0.0))["kl"] == pytest.approx(3 * 2)
    assert evaluated(with_posterior(small(), 0.0, 1.0))["kl"] == pytest.approx(3 * (math.e - 2) / 2)


@pytest.mark.parametrize("beta", [0.0, 0.2, 1.0])
def test_the_loss_is_the_reconstruction_and_beta_times_the_divergence(beta):
    found = evaluated(with_posterior(small(beta=beta, activity_power=0.0), 1.0, -1.0))
    assert found["loss"] == pytest.approx(found["reconstruction"] + beta * found["kl"], rel=1e-5)


def test_the_divergence_comes_in_along_a_straight_line_in_training_only():
    model = small(beta=0.2, anneal_steps=4)
    weights = []
    for _ in range(6):
        weights.append(float(model.divergence_weight(training=True)))
        model.train_on_batch(X)
    assert weights == pytest.approx([0.0, 0.05, 0.1, 0.15, 0.2, 0.2])
    assert model.divergence_weight(training=False) == 0.2


def test_the_score_is_the_divergence_of_the_chances_from_the_likes():
    # Likes (1/2, 1/2) against (3/4, 1/4): 1/2 log(2/3) + 1/2 log 2. The first film alone: -log 3/4. Nothing: 0.
    x = np.array([[1, 1], [3, 0], [0, 0]], "float32")
    expected = [0.5 * math.log(2 / 3) + 0.5 * math.log(2), -math.log(3 / 4), 0]
    model = two_films()
    np.testing.assert_allclose(model.score(x), expected, atol=1e-6)
    np.testing.assert_allclose(model.endpoints()["score"].call(tf.constant(x))["score"], expected, atol=1e-6)


def test_somebody_without_likes_brings_no_nan():
    model = small()
    nobody = np.zeros((4, 12), "float32")
    history = model.fit(nobody, epochs=2, verbose=0).history
    assert np.isfinite(history["loss"]).all()
    assert all(np.isfinite(weights).all() for weights in model.get_weights())
    assert np.isfinite(model.reconstruct(nobody)).all()


def test_the_number_of_copies_of_the_likes_changes_no_prediction():
    model = small()
    np.testing.assert_allclose(model.reconstruct(5 * X), model.reconstruct(X), rtol=1e-5)


def test_dropping_likes_acts_in_training_only():
    model = small(input_dropout=0.5)
    first, again = (model.moments(tf.constant(X), training=True)[0].numpy() for _ in range(2))
    assert np.abs(first - again).max() > 0.01
    np.testing.assert_array_equal(model.encode(X), model.encode(X))


def test_popularity_is_known_after_one_epoch():
    x = (np.random.default_rng(1).random((400, 12)) < np.linspace(0.02, 0.9, 12)).astype("float32")
    model = small(learning_rate=1e-6)
    model.fit(x, epochs=1, verbose=0)
    assert np.corrcoef(model.reconstruct(x).mean(axis=0), x.mean(axis=0))[0, 1] > 0.8


def test_it_finds_the_film_that_is_lacking():
    tastes = np.kron(np.eye(2, dtype="float32"), np.ones((1, 6), "float32"))  # films 0 to 5, or 6 to 11
    rng = np.random.default_rng(0)
    x = tastes[rng.integers(0, 2, 512)] * (rng.random((512, 12)) < 0.8)
    model = small(learning_rate=0.01)
    model.fit(x, epochs=12, batch_size=32, verbose=0)
    known = tastes.copy()
    known[0, 2] = known[1, 9] = 0
    assert np.where(known > 0, 0, model.reconstruct(known)).argmax(axis=1).tolist() == [2, 9]


@pytest.mark.parametrize("activity_power", [0.0, 0.5])
def test_the_loss_is_the_same_for_any_batch_size(activity_power):
    model = small(activity_power=activity_power)
    whole = evaluated(model, batch_size=96)
    for batch_size in (1, 7, 32):
        assert evaluated(model, batch_size=batch_size) == pytest.approx(whole, rel=1e-5)


REPLICAS = """
import json
import numpy as np
import tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
import zoo

x = (np.random.default_rng(0).random((32, 12)) < 0.4).astype("float32")
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
numbers = []
for scope in (tf.distribute.get_strategy().scope, strategy.scope):
    with scope():
        options = {"latent_dim": 3, "hidden_units": (8,), "input_dropout": 0.0, "anneal_steps": 0, "seed": 0}
        model = zoo.build("mult_vae", (12,), **options)
        # Without variance there is no noise, and a training step is the same on one device and on two.
        model.encoder.get_layer("posterior").bias.assign([0.0] * 3 + [-60.0] * 3)
    numbers.append(model.evaluate(x, batch_size=32, verbose=0, return_dict=True))
    history = model.fit(x, batch_size=32, epochs=1, shuffle=False, verbose=0).history
    numbers[-1]["fit"] = history["loss"][0]
    numbers[-1]["weights"] = [w.tolist() for w in model.get_weights()]
print(json.dumps(numbers))
"""


@pytest.mark.slow
def test_two_replicas_give_the_loss_and_the_training_step_of_one_device(fresh_python):
    run = fresh_python("-c", REPLICAS)
    assert run.returncode == 0, run.stderr
    one, two = json.loads(run.stdout.splitlines()[-1])
    for ours, theirs in zip(one.pop("weights"), two.pop("weights"), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)
    assert two == pytest.approx(one, rel=1e-5)


def test_it_is_the_same_after_a_reload(tmp_path):
    options = {"beta": 0.3, "anneal_steps": 100, "activity_power": 0.7}
    model = small(**options)
    model.fit(X, epochs=2, verbose=0)
    model.save(tmp_path / "mult_vae.keras")
    again = keras.saving.load_model(tmp_path / "mult_vae.keras")
    assert {name: getattr(again, name) for name in options} == options
    assert evaluated(again) == evaluated(model)
    np.testing.assert_array_equal(again.reconstruct(X), model.reconstruct(X))
    np.testing.assert_array_equal(again.score(X), model.score(X))


def test_mixed_precision_trains_and_keeps_the_bound_in_float32():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = small()
        model.fit(X, epochs=1, verbose=0)
        assert model.posterior(X).dtype == "float32"
        assert model.compute_loss(X).dtype == "float32"
        np.testing.assert_allclose(model.reconstruct(X).sum(axis=1), 1, rtol=1e-5)
    finally:
        keras.config.set_dtype_policy("float32")


@pytest.mark.parametrize(
    ("shape", "hyperparameters", "message"),
    [
        ((3, 4), {}, "input_shape must be a tuple of one number, that of the columns"),
        ((3,), {"beta": -1}, "beta must be a number of at least 0"),
        ((3,), {"input_dropout": 1.0}, "input_dropout must be a number of at least 0 and below 1"),
        ((3,), {"activation": "tan"}, "activation must be one of"),
    ],
)
def test_bad_arguments_say_what_was_expected(shape, hyperparameters, message):
    with pytest.raises(zoo.UsageError, match=message):
        zoo.build("mult_vae", shape, **hyperparameters)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (-X, "x must be 0 where there is no like, and above 0 where there is one. Received: x=-1.0"),
        (np.where(X > 0, np.nan, 0), "x must be finite"),
    ],
)
def test_bad_data_say_what_was_expected(x, message):
    for use in (small().fit, small().score):
        with pytest.raises(zoo.UsageError, match=message):
            use(x)
