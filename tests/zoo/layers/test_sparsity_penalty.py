"""The sparsity penalty against sums done by hand, and its independence of batch size and replicas."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import zoo
from zoo.layers.sparsity_penalty import SparsityPenalty


def added_loss(layer: SparsityPenalty, code: np.ndarray) -> float:
    layer(code.astype("float32"))
    return float(layer.losses[0])


def test_l1_is_the_mean_over_samples_of_the_sum_over_units():
    code = np.array([[1.0, -2.0, 0.0], [0.0, 0.5, 0.5]])
    # Sample sums: 3 and 1; their mean: 2; times the rate: 0.2.
    assert added_loss(SparsityPenalty("l1", rate=0.1), code) == pytest.approx(0.2)


def test_kl_is_the_sum_over_units_of_the_divergence_of_the_mean():
    code = np.array([[0.2, 0.5], [0.4, 0.5]])
    # Means: 0.3 and 0.5; with rho 0.3 the first unit adds nothing.
    second = 0.3 * math.log(0.3 / 0.5) + 0.7 * math.log(0.7 / 0.5)
    assert added_loss(SparsityPenalty("kl", rate=2.0, rho=0.3), code) == pytest.approx(2 * second, rel=1e-5)


def test_kl_is_finite_for_units_that_are_always_off_or_on():
    assert math.isfinite(added_loss(SparsityPenalty("kl", rate=1.0), np.array([[0.0, 1.0]])))


@pytest.mark.parametrize("penalty", ["l1", "kl"])
def test_the_value_is_the_same_for_one_sample_and_for_32_of_it(penalty):
    layer = SparsityPenalty(penalty, rate=1.0)
    one = np.random.default_rng(0).uniform(0.01, 0.99, (1, 5))
    assert added_loss(layer, np.repeat(one, 32, axis=0)) == pytest.approx(added_loss(layer, one), rel=1e-5)


@settings(max_examples=25, deadline=None)
@given(hnp.arrays("float32", (8, 3), elements=st.floats(0, 1, width=32)), st.integers(1, 7))
def test_l1_of_a_batch_is_the_mean_of_its_parts(code, cut):
    layer = SparsityPenalty("l1", rate=1.0)
    parts = cut * added_loss(layer, code[:cut]) + (8 - cut) * added_loss(layer, code[cut:])
    assert added_loss(layer, code) == pytest.approx(parts / 8, rel=1e-5, abs=1e-6)


REPLICAS = """
import json, sys
import numpy as np
import tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
import keras
from zoo.layers.sparsity_penalty import SparsityPenalty

code = np.random.default_rng(0).uniform(0.05, 0.95, (32, 6)).astype("float32")
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
found = {}
for penalty in ("l1", "kl"):
    def step(batch, layer):
        with tf.GradientTape() as tape:
            tape.watch(batch)
            layer(batch)
            loss = layer.losses[0] / tf.distribute.get_replica_context().num_replicas_in_sync
        return loss, tape.gradient(loss, batch)

    one, gradient = step(tf.constant(code), SparsityPenalty(penalty, 0.5))
    with strategy.scope():
        layer = SparsityPenalty(penalty, 0.5)
    halves = strategy.experimental_distribute_values_from_function(
        lambda context: tf.constant(code[16 * context.replica_id_in_sync_group :][:16])
    )
    losses, gradients = tf.function(lambda b: strategy.run(step, args=(b, layer)))(halves)
    found[penalty] = {
        "one": float(one),
        "two": float(strategy.reduce("SUM", losses, axis=None)),
        "gradient": float(
            np.abs(np.concatenate([g.numpy() for g in strategy.experimental_local_results(gradients)]) - gradient).max()
        ),
    }

    # The same through fit: one step on 32 samples, on one device and split over two, ends with equal weights.
    import zoo
    weights = []
    for scope in (tf.distribute.get_strategy().scope, strategy.scope):
        with scope():
            model = zoo.build("sparse", (6,), latent_dim=8, penalty=penalty, rate=0.1, seed=0)
        history = model.fit(code, batch_size=32, epochs=1, shuffle=False, verbose=0).history
        weights.append((history["loss"][0], [w for w in model.get_weights()]))
    found[penalty]["loss"] = [weights[0][0], weights[1][0]]
    found[penalty]["weights"] = max(float(np.abs(a - b).max()) for a, b in zip(weights[0][1], weights[1][1]))
print(json.dumps(found))
"""


@pytest.mark.slow
def test_two_replicas_give_the_value_the_gradient_and_the_training_step_of_one_device(fresh_python):
    run = fresh_python("-c", REPLICAS)
    assert run.returncode == 0, run.stderr
    for found in json.loads(run.stdout.splitlines()[-1]).values():
        assert found["two"] == pytest.approx(found["one"], rel=1e-6)
        assert found["gradient"] < 1e-7
        assert found["loss"][1] == pytest.approx(found["loss"][0], rel=1e-6)
        assert found["weights"] < 1e-6


def test_bad_arguments_say_what_was_expected():
    with pytest.raises(zoo.UsageError, match=r"penalty must be one of 'l1', 'kl'.*Received: penalty='l2'"):
        SparsityPenalty("l2", 1.0)
    with pytest.raises(zoo.UsageError, match="rate must be a number of at least 0"):
        SparsityPenalty("l1", -1e-3)
    with pytest.raises(zoo.UsageError, match="rho must be a number above 0 and below 1"):
        SparsityPenalty("kl", 1.0, rho=1.0)
