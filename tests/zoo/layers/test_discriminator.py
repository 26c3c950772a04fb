"""Each player's loss by hand, and whose weights get whose gradient."""

import json
import math

import numpy as np
import pytest
import tensorflow as tf

import zoo
from zoo.layers.discriminator import Discriminator

CODE, DRAWS = np.random.default_rng(0).normal(size=(2, 8, 3)).astype("float32")


def made(**arguments) -> Discriminator:
    layer = Discriminator((5,), seed=1, **arguments)
    layer.build((None, 3))
    return layer


def logits(layer: Discriminator, z: np.ndarray) -> np.ndarray:
    first, first_bias, last, last_bias = (weight.numpy() for weight in layer.network.weights)
    return np.maximum(z @ first + first_bias, 0) @ last + last_bias


def softplus(x: np.ndarray) -> np.ndarray:
    return np.log1p(np.exp(x))


def test_both_losses_by_hand():
    layer = made()
    assert float(layer(CODE)) == pytest.approx(softplus(-logits(layer, CODE)).mean(), rel=1e-5)
    by_hand = softplus(-logits(layer, DRAWS)).mean() + softplus(logits(layer, CODE)).mean()
    assert float(layer.own_loss(layer.network.weights, CODE, DRAWS)) == pytest.approx(by_hand, rel=1e-5)


def test_a_discriminator_that_tells_nothing_has_twice_log_2_and_codes_log_2():
    layer = made()
    for weight in layer.network.weights:
        weight.assign(0 * weight)
    assert float(layer(CODE)) == pytest.approx(math.log(2))
    assert float(layer.own_loss(layer.network.weights, CODE, DRAWS)) == pytest.approx(2 * math.log(2))


def test_each_player_gets_the_gradient_of_its_own_loss_alone():
    layer, code = made(), tf.constant(CODE)
    weights = [weight.value for weight in layer.network.trainable_variables]
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(code)
        deception = layer(code, training=True)
        (own,) = layer.losses
    assert float(own) == 0  # of no value, but of a gradient
    assert all(gradient is None for gradient in tape.gradient(deception, weights))
    assert tape.gradient(own, code) is None
    assert all(float(tf.norm(gradient)) > 0 for gradient in tape.gradient(own, weights))
    # d softplus(-D) / dz = -sigmoid(-D) dD/dz
    first, first_bias, last, _ = (weight.numpy() for weight in layer.network.weights)
    slopes = ((CODE @ first + first_bias > 0) * last[:, 0]) @ first.T
    by_hand = -slopes / (1 + np.exp(logits(layer, CODE))) / len(CODE)
    np.testing.assert_allclose(tape.gradient(deception, code), by_hand, atol=1e-6)


def test_inference_adds_no_loss():
    layer = made()
    layer(CODE)
    assert not layer.losses


def test_both_losses_of_a_batch_are_the_means_of_its_parts():
    layer = made()
    weights = layer.network.weights
    for value in (lambda rows: layer(CODE[rows]), lambda rows: layer.own_loss(weights, CODE[rows], DRAWS[rows])):
        parts = 3 * float(value(slice(3))) + 5 * float(value(slice(3, 8)))
        assert float(value(slice(8))) == pytest.approx(parts / 8, rel=1e-5)


def test_bad_arguments_say_what_was_expected():
    with pytest.raises(zoo.UsageError, match="hidden_units must be a tuple of positive integers"):
        Discriminator((0,))


REPLICAS = """
import json
import numpy as np
import tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
import zoo

x = np.random.default_rng(0).uniform(size=(32, 6)).astype("float32")
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
found = []
for each in (tf.distribute.get_strategy(), strategy):
    with each.scope():
        model = zoo.build("adversarial", (6,), latent_dim=3, hidden_units=(8,), rate=1.0, seed=0)
    history = model.fit(x, batch_size=len(x), epochs=3, shuffle=False, verbose=0).history
    found.append((history, model.get_weights()))
print(json.dumps({
    "history": [history for history, _ in found],
    "weights": max(float(np.abs(a - b).max()) for a, b in zip(found[0][1], found[1][1])),
}))
"""


@pytest.mark.slow
def test_two_replicas_take_the_training_step_of_one_device(fresh_python):
    run = fresh_python("-c", REPLICAS)
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout.splitlines()[-1])
    one, two = found["history"]
    assert two == {name: pytest.approx(values, rel=1e-5) for name, values in one.items()}
    assert found["weights"] < 1e-5
