"""The discrepancy against averages over draws and sums done by hand, and its independence of batches and replicas."""

import itertools
import json

import numpy as np
import pytest
import tensorflow as tf

import zoo
from zoo.layers.prior_discrepancy import PriorDiscrepancy

RNG = np.random.default_rng(0)


def made(units: int, scales: tuple[float, ...] = (0.5, 2.0)) -> PriorDiscrepancy:
    layer = PriorDiscrepancy(scales)
    layer.build((None, units))
    return layer


def kernel(a: np.ndarray, b: np.ndarray, scales: tuple[float, ...] = (0.5, 2.0)) -> np.ndarray:
    squared = np.square(a - b).sum(axis=-1)
    return sum(2 * a.shape[-1] * s / (2 * a.shape[-1] * s + squared) for s in scales)


@pytest.mark.parametrize("units", [1, 2, 8, 64])
def test_the_kernel_with_the_prior_is_its_mean_over_many_draws(units):
    draws, others = RNG.normal(size=(2, 100_000, units))
    for code in (np.zeros(units), np.full(units, 0.5), np.full(units, 3.0)):
        exact = float(made(units).kernel_with_prior(code[None].astype("float32"))[0])
        assert exact == pytest.approx(kernel(code, draws).mean(), rel=5e-3)
    assert made(units).prior_with_itself == pytest.approx(kernel(draws, others).mean(), rel=5e-3)


def test_the_kernel_with_the_prior_is_exact_where_the_integral_is_known():
    # n = 2, C = 4 s: with t the squared distance from 0, exponential with mean 2, E C / (C + t) for s = 1, by a sum.
    t = (np.arange(2_000_000) + 0.5) * 5e-5
    by_hand = np.sum(4 / (4 + t) * np.exp(-t / 2) / 2) * 5e-5
    assert float(made(2, (1.0,)).kernel_with_prior(np.zeros((1, 2), "float32"))[0]) == pytest.approx(by_hand, rel=1e-6)


def test_the_value_is_pairs_less_twice_the_prior_plus_the_prior_with_itself():
    code = RNG.normal(size=(5, 3))
    layer = made(3)
    pairs = np.mean([kernel(a, b) for a, b in itertools.permutations(code, 2)])
    with_prior = float(np.mean(layer.kernel_with_prior(code.astype("float32"))))
    by_hand = pairs - 2 * with_prior + layer.prior_with_itself
    assert float(layer(code.astype("float32"))) == pytest.approx(by_hand, abs=1e-5)


def test_draws_from_the_prior_have_none_on_average_and_others_have_some():
    layer = made(4)
    draws = RNG.normal(size=(200, 64, 4)).astype("float32")
    values = np.array([float(layer(batch)) for batch in draws])
    assert abs(values.mean()) < 4 * values.std() / np.sqrt(len(values))
    for others in (0.5 * draws[0], 2 * draws[0], draws[0] + 1):
        assert float(layer(others)) > 10 * values.std()


def test_the_mean_over_batches_is_the_same_for_any_batch_size():
    # All the ways to draw a batch from six codes: their mean is the value of all six.
    code = RNG.normal(1.0, 2.0, size=(6, 2)).astype("float32")
    layer = made(2)
    for size in (2, 3, 5):
        values = [float(layer(code[list(chosen)])) for chosen in itertools.combinations(range(6), size)]
        assert np.mean(values) == pytest.approx(float(layer(code)), abs=1e-5)


def test_one_code_has_no_pairs_and_costs_nothing():
    code = tf.constant([[3.0, 4.0]])
    with tf.GradientTape() as tape:
        tape.watch(code)
        value = made(2)(code)
    assert float(value) == 0
    np.testing.assert_array_equal(tape.gradient(value, code), 0)


def test_bad_arguments_say_what_was_expected():
    with pytest.raises(zoo.UsageError, match="scales must be a tuple of numbers above 0"):
        PriorDiscrepancy(())
    with pytest.raises(zoo.UsageError, match="scales must be a number above 0"):
        PriorDiscrepancy((1.0, 0.0))


REPLICAS = """
import json
import numpy as np
import tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
import zoo
from zoo.layers.prior_discrepancy import PriorDiscrepancy

code = np.random.default_rng(0).normal(0.5, 2.0, (32, 6)).astype("float32")
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])

def step(batch, layer):
    with tf.GradientTape() as tape:
        tape.watch(batch)
        loss = layer(batch) / tf.distribute.get_replica_context().num_replicas_in_sync
    return loss, tape.gradient(loss, batch)

layer = PriorDiscrepancy((0.1, 1.0, 10.0))
one, gradient = step(tf.constant(code), layer)
halves = strategy.experimental_distribute_values_from_function(
    lambda context: tf.constant(code[20 * context.replica_id_in_sync_group :][:20])  # 20 and 12
)
losses, gradients = tf.function(lambda b: strategy.run(step, args=(b, layer)))(halves)
found = {
    "one": float(one),
    "two": float(strategy.reduce("SUM", losses, axis=None)),
    "gradient": float(
        np.abs(np.concatenate([g.numpy() for g in strategy.experimental_local_results(gradients)]) - gradient).max()
    ),
}

# The same through fit: one step on 32 samples, on one device and split over two, ends with equal weights.
x, weights = 1 / (1 + np.exp(-code)), []
for scope in (tf.distribute.get_strategy().scope, strategy.scope):
    with scope():
        model = zoo.build("wae", (6,), latent_dim=3, hidden_units=(8,), rate=1.0, seed=0)
    history = model.fit(x, batch_size=32, epochs=1, shuffle=False, verbose=0).history
    weights.append((history["loss"][0], [w for w in model.get_weights()]))
found["loss"] = [weights[0][0], weights[1][0]]
found["weights"] = max(float(np.abs(a - b).max()) for a, b in zip(weights[0][1], weights[1][1]))
print(json.dumps(found))
"""


@pytest.mark.slow
def test_two_replicas_give_the_value_the_gradient_and_the_training_step_of_one_device(fresh_python):
    run = fresh_python("-c", REPLICAS)
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout.splitlines()[-1])
    assert found["two"] == pytest.approx(found["one"], rel=1e-5)
    assert found["gradient"] < 1e-7
    assert found["loss"][1] == pytest.approx(found["loss"][0], rel=1e-6)
    assert found["weights"] < 1e-5
