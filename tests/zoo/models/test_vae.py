"""What is peculiar to the variational autoencoder, against arithmetic."""

import json
import math

import keras
import numpy as np
import pytest
import tensorflow as tf

import zoo
from zoo.wrappers.scaled import Scaled

X = np.random.default_rng(0).uniform(size=(96, 12)).astype("float32")
BITS = (X > 0.5).astype("float32")


def small(**hyperparameters):
    return zoo.build("vae", (12,), **{"latent_dim": 3, "hidden_units": (8,), "seed": 0, **hyperparameters})


def with_posterior(model, mean: float, log_variance: float):
    """The same model with one posterior for all samples."""
    layer = model.encoder.get_layer("posterior")
    units = layer.units // 2
    layer.kernel.assign(tf.zeros_like(layer.kernel))
    layer.bias.assign([mean] * units + [log_variance] * units)
    return model


def evaluated(model, x=X, **arguments) -> dict[str, float]:
    return model.evaluate(x, verbose=0, return_dict=True, **arguments)


def test_kl_is_0_at_a_standard_normal():
    found = evaluated(with_posterior(small(), 0.0, 0.0))
    assert found["kl"] == 0
    assert found["loss"] == pytest.approx(found["reconstruction"] / 12)


def test_kl_is_the_closed_form():
    # Per latent 1/2 (m^2 + s^2 - log s^2 - 1), by hand: m = 2, s^2 = 1 gives 2; m = 0, s^2 = e gives (e - 2) / 2.
    assert evaluated(with_posterior(small(), 2.0, 0.0))["kl"] == pytest.approx(3 * 2)
    assert evaluated(with_posterior(small(), 0.0, 1.0))["kl"] == pytest.approx(3 * (math.e - 2) / 2)


@pytest.mark.parametrize("beta", [0.0, 0.5, 4.0])
def test_the_loss_is_the_reconstruction_and_beta_times_the_divergence_over_the_pixels(beta):
    found = evaluated(with_posterior(small(beta=beta), 1.0, -1.0))
    assert found["loss"] == pytest.approx((found["reconstruction"] + beta * found["kl"]) / 12)


def test_the_reconstruction_is_the_cross_entropy_of_a_draw_in_nats():
    # A posterior without variance: the draw is the mean.
    model = with_posterior(small(), 0.7, -60.0)
    p = model.decode(np.full((1, 3), 0.7)).astype("float64")
    by_hand = -(X * np.log(p) + (1 - X) * np.log(1 - p)).sum(axis=1).mean()
    assert evaluated(model)["reconstruction"] == pytest.approx(by_hand, rel=1e-5)


def test_a_normal_decoder_has_a_stated_or_a_learned_variance():
    model = with_posterior(small(output="real", variance=0.25), 0.0, -60.0)
    squares = np.square(X - model.decode(np.zeros((1, 3)))).sum(axis=1).mean()
    by_hand = squares / (2 * 0.25) + 12 / 2 * math.log(2 * math.pi * 0.25)
    assert evaluated(model)["reconstruction"] == pytest.approx(by_hand, rel=1e-5)

    model = with_posterior(small(output="real", beta=0.0, learning_rate=0.05), 0.0, -60.0)
    assert float(model.log_variance) == 0
    model.encoder.trainable = False
    model.fit(
        X, epochs=60, batch_size=96, verbose=0
    )  # then only the mean of the data is known, and their variance about it
    assert float(model.log_variance) == pytest.approx(math.log(X.var(axis=0).mean()), abs=0.1)


def test_free_bits_cost_the_same_whether_used_or_not():
    # Divergences per latent, in nats: 0, 0.5 and 2, of which one is free.
    model = small(free_bits=1.0)
    losses = []
    for mean in (0.0, 1.0, 2.0):
        found = evaluated(with_posterior(model, mean, 0.0))
        losses.append(12 * found["loss"] - found["reconstruction"])
        assert found["kl"] == pytest.approx(3 * mean**2 / 2)
    assert losses == pytest.approx([3.0, 3.0, 6.0], rel=1e-5)


def test_the_divergence_comes_in_along_a_straight_line_in_training_only():
    model = small(beta=2.0, anneal_steps=4)
    weights = []
    for _ in range(6):
        weights.append(float(model.divergence_weight(training=True)))
        model.train_on_batch(X)
    assert weights == pytest.approx([0.0, 0.5, 1.0, 1.5, 2.0, 2.0])
    assert model.divergence_weight(training=False) == 2.0


def test_the_bound_grows_with_the_importance_samples_towards_the_log_likelihood():
    model = small()
    model.fit(BITS, epochs=10, verbose=0)
    bounds = []
    for k in (1, 5, 50):
        again = small(importance_samples=k)
        again.set_weights(model.get_weights())
        repeats = np.repeat(BITS, 100, axis=0)  # a training step draws for each of them
        bounds.append(-12 * float(again.compute_loss(repeats, training=True)))
    assert bounds[0] < bounds[1] - 0.01
    assert bounds[1] < bounds[2] < model.log_likelihood(BITS, samples=20_000).mean() + 0.02


@pytest.mark.parametrize("k", [1, 5])
@pytest.mark.parametrize("beta", [1.0, 0.5])
def test_the_path_gradient_is_the_gradient_on_average(k, beta):
    repeats = tf.constant(np.repeat(BITS[:4], 20_000, axis=0))  # a training step draws for each of them
    found = []
    for path in (False, True):
        model = small(importance_samples=k, path_gradient=path, beta=beta)
        with tf.GradientTape() as tape:
            loss = model.compute_loss(repeats, training=True)
        gradients = tape.gradient(loss, model.trainable_variables)
        found.append((float(loss), np.concatenate([gradient.numpy().ravel() for gradient in gradients])))
    assert found[1][0] == pytest.approx(found[0][0], rel=1e-3)
    error = np.linalg.norm(found[1][1] - found[0][1]) / np.linalg.norm(found[0][1])
    assert error < 0.03


def linear_gaussian():
    """p(z) = N(0, I), p(x|z) = N(W z + b, v I): p(x) = N(b, W W^T + v I), and the best posterior is not diagonal."""
    model = zoo.build("vae", (4,), latent_dim=2, hidden_units=(), output="real", variance=0.5, seed=0)
    rng = np.random.default_rng(1)
    decoder = next(layer for layer in model.decoder.layers if hasattr(layer, "kernel"))
    decoder.kernel.assign(rng.normal(size=(2, 4)))
    decoder.bias.assign(rng.normal(size=4))
    kernel, bias = decoder.kernel.numpy().astype("float64"), decoder.bias.numpy()
    precision = np.eye(2) + kernel @ kernel.T / 0.5
    pull = kernel.T @ np.linalg.inv(precision) / 0.5  # the posterior's mean is (x - b) @ pull
    posterior = model.encoder.get_layer("posterior")
    posterior.kernel.assign(np.hstack([pull, np.zeros((4, 2))]))
    posterior.bias.assign(np.concatenate([-bias @ pull, -np.log(np.diag(precision)) + 0.5]))
    covariance = kernel.T @ kernel + 0.5 * np.eye(4)
    x = rng.multivariate_normal(bias, covariance, 20)
    centred = x - bias
    mahalanobis = np.einsum("ni,ij,nj->n", centred, np.linalg.inv(covariance), centred)
    exact = -0.5 * (mahalanobis + np.linalg.slogdet(2 * np.pi * covariance)[1])
    return model, x, exact


def test_the_log_likelihood_of_a_linear_model_is_the_exact_one():
    model, x, exact = linear_gaussian()
    np.testing.assert_allclose(model.log_likelihood(x, samples=12_000), exact, atol=0.05)
    few = np.mean([model.log_likelihood(x, samples=2, seed=seed).mean() for seed in range(20)])
    assert few < exact.mean() - 0.01  # a bound


def test_the_log_likelihood_does_not_depend_on_the_company():
    model = small()
    found = model.log_likelihood(BITS, samples=50)
    assert found.shape == (96,)
    assert found.dtype == np.float32
    np.testing.assert_allclose(model.log_likelihood(BITS[7:9], samples=50), found[7:9], rtol=1e-5)
    assert model.log_likelihood(BITS[:0]).shape == (0,)


def test_binarising_draws_anew_in_training_and_once_for_validation():
    model = small(binarize=True)
    x = np.full((4000, 12), 0.3, "float32")
    x[:, 0], x[:, 1] = 0, 1
    drawn, target = model.binarized(tf.constant(x), None, training=True)
    np.testing.assert_array_equal(drawn, target)
    assert set(np.unique(drawn)) == {0.0, 1.0}
    assert not drawn[:, 0].numpy().any()
    assert drawn[:, 1].numpy().all()
    assert drawn[:, 2:].numpy().mean() == pytest.approx(0.3, abs=0.01)
    again, _ = model.binarized(tf.constant(x), None, training=True)
    assert (again.numpy() != drawn.numpy()).any()
    fixed, _ = model.binarized(tf.constant(x), None, training=False)
    np.testing.assert_array_equal(fixed, np.repeat(fixed[:1], 4000, axis=0))
    assert evaluated(model, X) == evaluated(model, X)


@pytest.mark.parametrize("hyperparameters", [{}, {"importance_samples": 5}, {"binarize": True}, {"output": "real"}])
def test_the_loss_is_the_same_for_any_batch_size(hyperparameters):
    model = small(**hyperparameters)
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
from zoo.wrappers.scaled import Scaled

x = np.random.default_rng(0).uniform(size=(32, 12)).astype("float32")
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
found = {}
for k in (1, 5):
    numbers = []
    for scope in (tf.distribute.get_strategy().scope, strategy.scope):
        with scope():
            model = zoo.build("vae", (12,), latent_dim=3, hidden_units=(8,), importance_samples=k, seed=0)
            # Without variance there is no noise, and a training step is the same on one device and on two.
            model.encoder.get_layer("posterior").bias.assign([0.0] * 3 + [-60.0] * 3)
        numbers.append(model.evaluate(x, batch_size=32, verbose=0, return_dict=True))
        history = model.fit(x, batch_size=32, epochs=1, shuffle=False, verbose=0).history
        numbers[-1]["fit"] = history["loss"][0]
        numbers[-1]["weights"] = [w.tolist() for w in model.get_weights()]
    found[k] = numbers
print(json.dumps(found))
"""


@pytest.mark.slow
def test_two_replicas_give_the_loss_and_the_training_step_of_one_device(fresh_python):
    run = fresh_python("-c", REPLICAS)
    assert run.returncode == 0, run.stderr
    for one, two in json.loads(run.stdout.splitlines()[-1]).values():
        for ours, theirs in zip(one.pop("weights"), two.pop("weights"), strict=True):
            np.testing.assert_allclose(ours, theirs, atol=1e-5)
        assert two == pytest.approx(one, rel=1e-5)


@pytest.mark.parametrize("kind", [{"binarize": True}, {"output": "real"}])
def test_it_is_the_same_after_a_reload(kind, tmp_path):
    options = {"beta": 0.7, "anneal_steps": 100, "importance_samples": 3, "path_gradient": True}
    model = small(**options, **kind)
    model.fit(X, epochs=2, verbose=0)
    model.save(tmp_path / "vae.keras")
    again = keras.saving.load_model(tmp_path / "vae.keras")
    assert {name: getattr(again, name) for name in options} == options
    assert evaluated(again) == evaluated(model)
    for ours, theirs in zip(again.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_array_equal(again.log_likelihood(X, samples=10), model.log_likelihood(X, samples=10))
    assert float(again.divergence_weight(training=True)) == pytest.approx(0.7 * 6 / 100)


def test_endpoints_are_deterministic_and_tell_the_posterior():
    model = small()
    endpoints = Scaled(model, 255).endpoints()
    first, again = (endpoints["encode"].call(tf.constant(255 * X)) for _ in range(2))
    np.testing.assert_allclose(first["code"], model.encode(X), atol=1e-5)
    np.testing.assert_array_equal(first["log_variance"], again["log_variance"])
    assert first["log_variance"].shape == (96, 3)
    sampled = [endpoints["sample"].call(tf.constant(5), tf.constant([1, seed]))["sample"] for seed in (2, 2, 3)]
    assert sampled[0].shape == (5, 12)
    np.testing.assert_array_equal(sampled[0], sampled[1])
    assert np.abs(sampled[0] - sampled[2]).max() > 0
    noise = tf.random.stateless_normal((5, 3), [1, 2])
    np.testing.assert_allclose(endpoints["sample_from"].call(noise)["sample"], sampled[0], rtol=1e-5)


def test_a_convolutional_body_trains_and_generates():
    x = np.random.default_rng(0).uniform(size=(32, 7, 6)).astype("float32")
    model = zoo.build("vae", (7, 6), latent_dim=3, filters=(4, 8), hidden_units=(10,), seed=0, learning_rate=0.01)
    before = evaluated(model, x)["loss"]
    model.fit(x, epochs=10, verbose=0)
    assert evaluated(model, x)["loss"] < before
    assert model.sample(4).shape == (4, 7, 6)
    assert model.log_likelihood(x, samples=10).shape == (32,)


def test_pairs_have_the_clean_one_as_the_target():
    model = with_posterior(small(), 0.0, -60.0)
    p = model.decode(np.zeros((1, 3))).astype("float64")
    by_hand = -(BITS * np.log(p) + (1 - BITS) * np.log(1 - p)).sum(axis=1).mean()
    found = model.evaluate(X, BITS, verbose=0, return_dict=True)
    assert found["reconstruction"] == pytest.approx(by_hand, rel=1e-5)


def test_mixed_precision_trains_and_keeps_the_bound_in_float32():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = small(importance_samples=2)
        model.fit(X, epochs=1, verbose=0)
        assert model.posterior(X).dtype == "float32"
        assert model.compute_loss(X).dtype == "float32"
    finally:
        keras.config.set_dtype_policy("float32")


@pytest.mark.parametrize(
    ("hyperparameters", "message"),
    [
        ({"importance_samples": 0}, "importance_samples must be an integer of at least 1"),
        ({"beta": -1}, "beta must be a number of at least 0"),
        ({"variance": 0.0}, "variance must be a number above 0"),
        ({"binarize": True, "output": "real"}, "binarize must be False for output='real'"),
        ({"importance_samples": 5, "free_bits": 0.1}, "free_bits must be 0 with importance_samples above 1"),
    ],
)
def test_bad_arguments_say_what_was_expected(hyperparameters, message):
    with pytest.raises(zoo.UsageError, match=message):
        small(**hyperparameters)
