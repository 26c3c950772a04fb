"""The three parts of the divergence by arithmetic, in cases where they are known."""

import itertools
import json
import math

import keras
import numpy as np
import pytest

import zoo

X = np.random.default_rng(0).uniform(size=(256, 16)).astype("float32")


def built(units: int = 2, size: int = 1000, **hyperparameters):
    return zoo.build(
        "beta_tc_vae", (16,), latent_dim=units, hidden_units=(32,), dataset_size=size, seed=0, **hyperparameters
    )


def log_normal(z: np.ndarray, mean: np.ndarray, log_variance: np.ndarray) -> np.ndarray:
    squares = np.square(z - mean) / np.exp(log_variance)
    return -0.5 * (squares + log_variance + math.log(2 * math.pi)).sum(axis=-1)


def parts(model, code, mean, log_variance) -> np.ndarray:
    """The three parts, shape `(3, samples, batch)`."""
    return np.array(model.parts(*(np.asarray(values, "float32") for values in (code, mean, log_variance))))


def test_the_parts_sum_to_the_divergence_of_each_draw():
    rng = np.random.default_rng(1)
    mean, log_variance = rng.normal(size=(2, 7, 3))
    code = mean + np.exp(0.5 * log_variance) * rng.normal(size=(2, 7, 3))
    by_hand = log_normal(code, mean, log_variance) - log_normal(code, np.zeros(3), np.zeros(3))
    np.testing.assert_allclose(parts(built(3), code, mean, log_variance).sum(axis=0), by_hand, atol=1e-4)


def test_latents_on_a_grid_are_independent_and_have_no_total_correlation():
    # All of the data in one batch: 4 x 5 posteriors, one for each pair of means. Their mixture is a product.
    mean = np.array(list(itertools.product([-3.0, -1.0, 0.5, 2.0], [-2.0, -1.0, 0.0, 1.0, 2.0])))
    log_variance = np.broadcast_to([-1.0, -3.0], mean.shape)
    code = np.random.default_rng(2).normal(size=(4, 20, 2))  # any codes: it holds at each
    np.testing.assert_allclose(parts(built(2, 20), code, mean, log_variance)[1], 0, atol=1e-5)


def test_the_total_correlation_of_correlated_gaussians_is_the_known_one():
    # Means with correlation 0.9 and posteriors of variance 0.04: the codes are normal with the sum of both.
    rng, n = np.random.default_rng(3), 2000
    covariance = np.array([[1.0, 0.9], [0.9, 1.0]])
    mean = rng.multivariate_normal([0, 0], covariance, n)
    code = mean + 0.2 * rng.normal(size=(1, n, 2))
    found = parts(built(2, n), code, mean, np.full((n, 2), math.log(0.04))).mean(axis=(1, 2))
    total = covariance + 0.04 * np.eye(2)
    by_hand = -0.5 * math.log(np.linalg.det(total) / total[0, 0] / total[1, 1])
    assert found[1] == pytest.approx(by_hand, abs=0.06)
    entropy, given = 0.5 * math.log(np.linalg.det(total)), math.log(0.04)
    assert found[0] == pytest.approx(entropy - given, abs=0.06)  # mutual information: h(z) - h(z|x)


def test_samples_that_cannot_be_confused_share_log_n_nats_with_their_codes():
    mean = 100.0 * np.arange(8)[:, None] * np.ones(2)
    found = parts(built(2, 8), mean[None], mean, np.zeros((8, 2)))
    np.testing.assert_allclose(found[0], math.log(8), rtol=1e-4)
    np.testing.assert_allclose(found[1], math.log(8), rtol=1e-4)  # and each latent tells of the other: (2 - 1) log 8


def test_the_density_is_estimated_without_bias_from_a_part_of_the_data():
    # Of 6 samples, all batches of 3 that hold the first: the mean of q(z) is that of all 6.
    rng = np.random.default_rng(4)
    mean, log_variance = rng.normal(size=(2, 6, 2))
    code = rng.normal(size=2)
    densities = []
    for others in itertools.combinations(range(1, 6), 2):
        chosen = [0, *others]
        found = parts(built(2, 6), np.broadcast_to(code, (1, 3, 2)), mean[chosen], log_variance[chosen])
        densities.append(np.exp(log_normal(code, mean[0], log_variance[0]) - found[0, 0, 0]))
    exact = np.exp(log_normal(code, mean, log_variance)).mean()
    assert np.mean(densities) == pytest.approx(exact, rel=1e-4)


def test_beta_weighs_the_total_correlation_in_training_only():
    rng = np.random.default_rng(5)
    mean, log_variance = (values.astype("float32") for values in rng.normal(size=(2, 7, 2)))
    code = rng.normal(size=(1, 7, 2)).astype("float32")
    plain, heavy = built(beta=1.0), built(beta=4.0)
    kl = 0.5 * (mean**2 + np.exp(log_variance) - log_variance - 1).sum(axis=-1)
    total_correlation = parts(heavy, code, mean, log_variance)[1, 0]
    for model, training, by_hand in (
        (plain, True, kl),
        (heavy, True, kl + 3 * total_correlation),
        (heavy, False, kl),
    ):
        np.testing.assert_allclose(model.divergence(code, mean, log_variance, training), by_hand, rtol=1e-4)
        assert model.divergence_weight(training) == 1


def test_the_validation_loss_is_that_of_beta_1_for_any_batch_size():
    plain, heavy = built(beta=1.0), built(beta=9.0)
    losses = [
        model.evaluate(X[:64], batch_size=batch_size, verbose=0, return_dict=True)["loss"]
        for model, batch_size in ((plain, 64), (heavy, 64), (heavy, 7), (heavy, 1))
    ]
    assert losses == pytest.approx([losses[0]] * 4, rel=1e-5)


def test_it_samples_interpolates_and_survives_a_reload(tmp_path):
    model = built(beta=3.0)
    model.fit(X, verbose=0)
    zoo.export(model, tmp_path, formats=["keras"])
    again = zoo.load(tmp_path)
    assert (again.beta, again.dataset_size) == (3.0, 1000)
    np.testing.assert_array_equal(again.sample(3, seed=2), model.sample(3, seed=2))
    assert again.interpolate(X[0], X[1], steps=4).shape == (4, 16)


def test_it_trains_in_mixed_bfloat16_and_many_steps_at_once():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = built()
    finally:
        keras.config.set_dtype_policy("float32")
    model.steps_per_execution = 4
    history = model.fit(X, epochs=4, batch_size=32, validation_data=(X, None), verbose=0).history
    assert history["val_loss"][-1] < history["val_loss"][0]


REPLICAS = """
import json
import numpy as np
import tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
import zoo

rng = np.random.default_rng(0)
mean, log_variance, noise = rng.normal(size=(3, 32, 4)).astype("float32")
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])

def step(mean, log_variance, noise, model):
    with tf.GradientTape() as tape:
        tape.watch(mean)
        code = (mean + tf.exp(0.5 * log_variance) * noise)[None]
        total = tf.reduce_sum(model.parts(code, mean, log_variance)[1])
    return total, tape.gradient(total, mean)

model = zoo.build("beta_tc_vae", (6,), latent_dim=4, hidden_units=(8,), dataset_size=500, seed=0)
one, gradient = step(*map(tf.constant, (mean, log_variance, noise)), model)
with strategy.scope():
    model = zoo.build("beta_tc_vae", (6,), latent_dim=4, hidden_units=(8,), dataset_size=500, seed=0)
halves = [
    strategy.experimental_distribute_values_from_function(
        lambda context: tf.constant(values[20 * context.replica_id_in_sync_group :][:20])  # 20 and 12
    )
    for values in (mean, log_variance, noise)
]
totals, gradients = tf.function(lambda *values: strategy.run(step, args=(*values, model)))(*halves)
found = {
    "one": float(one),
    "two": float(strategy.reduce("SUM", totals, axis=None)),
    "gradient": float(
        np.abs(np.concatenate([g.numpy() for g in strategy.experimental_local_results(gradients)]) - gradient).max()
    ),
}
history = model.fit(rng.uniform(size=(32, 6)).astype("float32"), batch_size=32, epochs=2, verbose=0).history
found["finite"] = all(np.isfinite(values).all() for values in history.values())
print(json.dumps(found))
"""


@pytest.mark.slow
def test_two_replicas_give_the_value_and_the_gradient_of_one_device(fresh_python):
    run = fresh_python("-c", REPLICAS)
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout.splitlines()[-1])
    assert found["two"] == pytest.approx(found["one"], rel=1e-5)
    assert found["gradient"] < 1e-5
    assert found["finite"]


def test_bad_arguments_say_what_was_expected():
    with pytest.raises(zoo.UsageError, match="dataset_size must be an integer of at least 1"):
        zoo.build("beta_tc_vae", (16,), dataset_size=0)
    with pytest.raises(zoo.UsageError, match="variance must be a number above 0"):
        zoo.build("beta_tc_vae", (16,), variance=0.0)
