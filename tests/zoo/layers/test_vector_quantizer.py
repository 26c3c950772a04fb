"""The quantiser against brute force and sums done by hand; its codebook over replicas."""

import json
import math

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import zoo
from zoo.layers.vector_quantizer import Perplexity, VectorQuantizer


def quantizer(codebook: list[list[float]], **arguments) -> VectorQuantizer:
    layer = VectorQuantizer(len(codebook), seed=0, **arguments)
    layer.build((None, len(codebook[0])))
    layer.codebook.assign(codebook)
    return layer


def one_by_one(*vectors: float) -> np.ndarray:
    return np.array(vectors, "float32")[:, None]


@settings(max_examples=50, deadline=None)
@given(
    hnp.arrays("float32", (6, 3), elements=st.floats(-10, 10, width=32)),
    hnp.arrays("float32", (5, 3), elements=st.floats(-10, 10, width=32)),
)
def test_the_entry_is_the_nearest(vectors, codebook):
    layer = quantizer(codebook.tolist())
    distances = np.linalg.norm(vectors[:, None].astype("float64") - codebook, axis=-1)
    chosen = np.linalg.norm(vectors.astype("float64") - layer(vectors).numpy(), axis=-1)
    np.testing.assert_allclose(chosen**2, distances.min(axis=1) ** 2, atol=1e-3)  # float32, from squares of up to 300


def test_maps_come_back_in_their_shape_and_equal_to_entries():
    layer = quantizer([[0.0, 0.0], [1.0, 1.0]])
    vectors = np.array([[[[0.1, 0.2], [0.9, 0.7]]], [[[0.8, 0.9], [0.4, 0.4]]]], "float32")
    np.testing.assert_array_equal(layer.indices(vectors), [[[0, 1]], [[1, 0]]])
    np.testing.assert_array_equal(layer(vectors), layer.vectors(layer.indices(vectors)))
    np.testing.assert_array_equal(layer(vectors)[0, 0], [[0, 0], [1, 1]])


@pytest.mark.parametrize("training", [False, True])
def test_the_gradient_passes_as_if_nothing_had_been_quantised(training):
    layer = quantizer([[0.0], [1.0]], commitment=0.0)
    vectors = tf.constant([[0.2], [0.7], [5.0]])
    with tf.GradientTape() as tape:
        tape.watch(vectors)
        total = tf.reduce_sum(layer(vectors, training=training) * [[1.0], [2.0], [3.0]])
    np.testing.assert_array_equal(tape.gradient(total, vectors), [[1], [2], [3]])


def test_the_commitment_loss_and_its_gradient():
    layer = quantizer([[0.0], [1.0]], commitment=0.5)
    vectors = tf.constant([[0.2], [0.6]])
    with tf.GradientTape() as tape:
        tape.watch(vectors)
        layer(vectors)
        loss = layer.losses[0]
    # Distances 0.2 and -0.4: 0.5 (0.04 + 0.16) / 2, and 0.5 * 2 * distance / 2.
    assert float(loss) == pytest.approx(0.05)
    np.testing.assert_allclose(tape.gradient(loss, vectors), [[0.1], [-0.2]], rtol=1e-5)


def test_the_moving_averages_by_hand():
    layer = quantizer([[0.0], [10.0]], decay=0.5, revive=0.0)
    layer(one_by_one(1, 2, 9), training=True)
    # N = 0.5 * 0 + 0.5 * (2, 1), m = 0.5 * 0 + 0.5 * (3, 9): e = m / N.
    np.testing.assert_allclose(layer.usage, [1.0, 0.5])
    np.testing.assert_allclose(layer.totals, [[1.5], [4.5]])
    np.testing.assert_allclose(layer.codebook, [[1.5], [9.0]], rtol=1e-4)
    layer(one_by_one(0, 8, 8), training=True)
    # N = (0.5 + 0.5, 0.25 + 1), m = (0.75 + 0, 2.25 + 8).
    np.testing.assert_allclose(layer.usage, [1.0, 1.25])
    np.testing.assert_allclose(layer.codebook, [[0.75], [8.2]], rtol=1e-4)


def test_inference_moves_nothing():
    layer = quantizer([[0.0], [10.0]])
    layer(one_by_one(1, 2, 9))
    np.testing.assert_array_equal(layer.codebook, [[0], [10]])
    np.testing.assert_array_equal(layer.usage, [0, 0])


def test_a_dead_entry_moves_into_the_batch_and_others_stay():
    layer = quantizer([[0.0], [10.0], [99.0]], decay=0.5, revive=0.2)
    layer.usage.assign([10.0, 10.0, 0.5])
    layer.totals.assign([[0.0], [100.0], [49.5]])
    layer(one_by_one(1, 9), training=True)
    # N = (5.5, 5.5, 0.25), mean 3.75: the last lies under a fifth of it.
    first, second, third = layer.codebook.numpy()[:, 0]
    assert first == pytest.approx(0.5 / 5.5, rel=1e-4)
    assert second == pytest.approx(54.5 / 5.5, rel=1e-4)
    assert third in (1, 9)
    assert float(layer.usage[2]) == pytest.approx(3.75)
    assert float(layer.totals[2, 0]) == pytest.approx(3.75 * third)


def test_never_reviving_leaves_an_entry_that_was_never_chosen_where_it_was():
    layer = quantizer([[0.0], [99.0]], revive=0.0)
    for _ in range(3):
        layer(one_by_one(1, 2), training=True)
    assert float(layer.codebook[1, 0]) == 99


def test_the_same_seed_revives_the_same():
    vectors = np.random.default_rng(0).normal(size=(50, 2)).astype("float32")
    first, again, other = (VectorQuantizer(20, seed=seed) for seed in (1, 1, 2))
    for layer in (first, again, other):
        layer(vectors, training=True)
    np.testing.assert_array_equal(first.codebook, again.codebook)
    assert not np.array_equal(first.codebook, other.codebook)


def test_two_clouds_are_found_by_a_codebook_of_two():
    rng = np.random.default_rng(0)
    layer = VectorQuantizer(2, decay=0.9, seed=0)
    for _ in range(100):
        layer((rng.choice([-3.0, 3.0], (64, 1)) + 0.1 * rng.normal(size=(64, 1))).astype("float32"), training=True)
    np.testing.assert_allclose(np.sort(layer.codebook.numpy()[:, 0]), [-3, 3], atol=0.05)


def test_perplexity_by_hand():
    metric = Perplexity(4, "perplexity")
    assert float(metric.result()) == pytest.approx(1)  # nothing seen
    metric.update_state([3.0, 1.0, 0.0, 0.0])
    assert float(metric.result()) == pytest.approx(math.exp(-0.75 * math.log(0.75) - 0.25 * math.log(0.25)), rel=1e-5)
    metric.update_state([0.0, 2.0, 3.0, 3.0])
    assert float(metric.result()) == pytest.approx(4, rel=1e-5)
    metric.reset_state()
    metric.update_state([0.0, 7.0, 0.0, 0.0])
    assert float(metric.result()) == pytest.approx(1)


def test_it_computes_in_float32_under_mixed_precision():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        layer = VectorQuantizer(4, seed=0)
        vectors = tf.cast(np.random.default_rng(0).normal(size=(8, 3)), "bfloat16")
        assert layer(vectors, training=True).dtype == "bfloat16"
        assert layer.codebook.dtype == layer.losses[0].dtype == "float32"
    finally:
        keras.config.set_dtype_policy("float32")


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
for scope in (tf.distribute.get_strategy().scope, strategy.scope):
    with scope():
        model = zoo.build("vq_vae", (6,), filters=(4,), blocks=0, latent_dim=2, codebook_size=12, revive=0.5, seed=0)
    history = model.fit(x, batch_size=32, epochs=2, shuffle=False, verbose=0).history
    history |= model.evaluate(x, batch_size=16, verbose=0, return_dict=True)
    found.append((history, [w.tolist() for w in model.get_weights()]))
print(json.dumps(found))
"""


@pytest.mark.slow
def test_two_replicas_keep_the_codebook_of_one_device(fresh_python):
    run = fresh_python("-c", REPLICAS)
    assert run.returncode == 0, run.stderr
    (one, weights), (two, replicated) = json.loads(run.stdout.splitlines()[-1])
    # Losses, perplexities, and the whole codebook with its revived entries: 32 samples on one device, or 16 on each.
    for name in one:
        np.testing.assert_allclose(two[name], one[name], rtol=1e-5)
    for ours, theirs in zip(weights, replicated, strict=True):
        np.testing.assert_allclose(theirs, ours, atol=1e-5)


def test_bad_arguments_say_what_was_expected():
    with pytest.raises(zoo.UsageError, match="codebook_size must be an integer of at least 1"):
        VectorQuantizer(0)
    with pytest.raises(zoo.UsageError, match="decay must be a number of at least 0 and below 1"):
        VectorQuantizer(2, decay=1.0)
    with pytest.raises(zoo.UsageError, match="commitment must be a number of at least 0"):
        VectorQuantizer(2, commitment=-1)
    with pytest.raises(zoo.UsageError, match="revive must be a number of at least 0 and below 1"):
        VectorQuantizer(2, revive=1.0)
