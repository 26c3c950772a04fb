"""What is peculiar to the contractive autoencoder."""

import json

import keras
import numpy as np
import pytest

import zoo
from zoo.families.contractive import ContractiveAutoencoder
from zoo.losses.fused_cross_entropy import FusedCrossEntropy

X = np.random.default_rng(0).uniform(size=(64, 12)).astype("float32")
KINDS = {
    "dense": {},
    "deep": {"hidden_units": (9, 7), "activation": "tanh"},
    "convolutional": {"filters": (4,), "tied": False, "probes": 3},
}
kinds = pytest.mark.parametrize("kind", KINDS)


def build(kind: str = "dense", **hyperparameters) -> ContractiveAutoencoder:
    return zoo.build("contractive", (12,), latent_dim=16, seed=0, **{**KINDS[kind], **hyperparameters})


def test_the_loss_is_the_reconstruction_error_plus_the_rate_times_the_penalty():
    model = build(rate=0.03)
    code, reconstruction = model.encode(X).astype("float64"), model.reconstruct(X).astype("float64")
    cross_entropy = -np.mean(X * np.log(reconstruction) + (1 - X) * np.log(1 - reconstruction))
    # A sigmoid's slope is z (1 - z).
    squared_weights = np.square(model.encoder.get_layer("code").kernel.numpy()).sum(axis=0)
    norm = np.mean(np.square(code * (1 - code)) @ squared_weights)
    found = model.evaluate(X, batch_size=32, verbose=0, return_dict=True)
    assert found["loss"] == pytest.approx(cross_entropy + 0.03 * norm, rel=1e-5)
    assert found["reconstruction"] == pytest.approx(cross_entropy, rel=1e-5)
    assert found["penalty"] == pytest.approx(0.03 * norm, rel=1e-5)


@kinds
def test_the_loss_and_its_parts_are_the_same_for_any_batch_size(kind):
    model = build(kind, rate=0.1)
    whole = model.evaluate(X, batch_size=64, verbose=0, return_dict=True)
    for batch_size in (1, 7):
        parts = model.evaluate(X, batch_size=batch_size, verbose=0, return_dict=True)
        assert parts == pytest.approx(whole, rel=1e-5)
    assert whole["penalty"] > 0


@kinds
def test_a_higher_rate_makes_the_code_follow_small_changes_less(kind):
    def change(rate: float) -> float:
        keras.utils.set_random_seed(0)
        model = build(kind, rate=rate, learning_rate=0.01)
        model.fit(X, epochs=20, batch_size=16, verbose=0)
        return float(np.square(model.encode(X + 1e-2) - model.encode(X)).mean())

    assert change(0.03) < 0.5 * change(0.0)


@pytest.mark.parametrize("kind", ["dense", "convolutional"])
def test_steps_of_one_execution_and_validation_data_change_nothing(kind):
    histories = []
    for steps in (1, 4):
        keras.utils.set_random_seed(0)
        model = build(kind)
        model.steps_per_execution = steps
        history = model.fit(X, batch_size=16, validation_data=(X, None), shuffle=False, verbose=0).history
        histories.append({name: values[0] for name, values in history.items()})
    assert histories[1] == pytest.approx(histories[0], rel=1e-6)
    assert set(histories[0]) == {
        f"{part}{name}" for part in ("", "val_") for name in ("loss", "reconstruction", "penalty")
    }


@kinds
def test_mixed_precision_gives_nearly_the_penalty_of_float32(kind):
    model = build(kind, rate=0.1)
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        mixed = build(kind, rate=0.1)
    finally:
        keras.config.set_dtype_policy("float32")
    mixed.set_weights(model.get_weights())
    penalties = [m.evaluate(X, verbose=0, return_dict=True)["penalty"] for m in (model, mixed)]
    assert penalties[1] == pytest.approx(penalties[0], rel=0.02)
    assert np.isfinite(mixed.fit(X, verbose=0).history["loss"][0])


def test_the_slope_of_a_nearly_saturated_unit_is_not_lost_in_bfloat16():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = build(rate=1.0)
    finally:
        keras.config.set_dtype_policy("float32")
    code = model.encoder.get_layer("code")
    code.bias.assign(np.full(16, 8.0))
    code.kernel.assign(np.ones((12, 16)))
    model(np.zeros((1, 12)))
    slope = np.exp(-8) / (1 + np.exp(-8)) ** 2
    assert float(model.losses[0]) == pytest.approx(12 * 16 * slope**2, rel=1e-3)


def test_any_encoder_may_be_given_and_pairs_may_be_trained_on():
    encoder = keras.Sequential([keras.Input((12,)), keras.layers.Dense(5), keras.layers.LayerNormalization()])
    decoder = keras.Sequential([keras.Input((5,)), keras.layers.Dense(12)])
    model = ContractiveAutoencoder(encoder, decoder, "real", rate=0.01, probes=2, seed=0).compile_default(0.01)
    assert not model.is_exact
    losses = model.fit(X + 0.1, X, epochs=10, batch_size=16, verbose=0).history["loss"]
    assert losses[-1] < losses[0]


@kinds
def test_a_reloaded_model_has_the_same_loss(kind, tmp_path):
    model = build(kind, rate=0.1, probes=2)
    model.fit(X, verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert (again.rate, again.probes, again.seed, again.is_exact) == (0.1, 2, model.seed, model.is_exact)
    assert again.evaluate(X, verbose=0) == pytest.approx(model.evaluate(X, verbose=0), rel=1e-6)


def test_tied_weights_are_the_default_and_counted_once():
    assert build(tied=False).count_params() - build().count_params() == 12 * 16


def test_a_rate_of_0_is_a_plain_autoencoder():
    model = build(rate=0.0)
    assert model.evaluate(X, verbose=0, return_dict=True)["penalty"] == 0
    assert isinstance(model.loss, FusedCrossEntropy)


REPLICAS = """
import json
import numpy as np
import tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
import zoo

x = np.random.default_rng(0).uniform(size=(32, 12)).astype("float32")
strategies = (tf.distribute.get_strategy(), tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]))
found = {}
for kind in ("dense", "convolutional"):
    runs = []
    for strategy in strategies:
        with strategy.scope():
            model = zoo.build("contractive", (12,), rate=0.1, seed=0, **json.loads(KINDS)[kind])
        history = model.fit(x, validation_data=(x, None), batch_size=32, shuffle=False, verbose=0).history
        runs.append(({name: values[0] for name, values in history.items()}, model.get_weights()))
    weights = max(float(np.abs(a - b).max()) for a, b in zip(runs[0][1], runs[1][1]))
    found[kind] = {"one": runs[0][0], "two": runs[1][0], "weights": weights}
print(json.dumps(found))
"""


@pytest.mark.slow
def test_two_replicas_train_as_one_device_does(fresh_python):
    run = fresh_python("-c", f"KINDS = {json.dumps(KINDS)!r}\n{REPLICAS}")
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout.splitlines()[-1])
    assert found["dense"]["two"] == pytest.approx(found["dense"]["one"], rel=1e-5)
    assert found["dense"]["weights"] < 1e-5
    # Each replica draws directions of its own.
    one, two = (found["convolutional"][replicas] for replicas in ("one", "two"))
    assert two["reconstruction"] == pytest.approx(one["reconstruction"], rel=1e-5)
    assert two["penalty"] == pytest.approx(one["penalty"], rel=0.5)
    assert two["loss"] == pytest.approx(two["reconstruction"] + two["penalty"], rel=1e-5)


def test_bad_arguments_say_what_was_expected():
    with pytest.raises(zoo.UsageError, match="rate must be a number of at least 0"):
        build(rate=-1e-3)
    with pytest.raises(zoo.UsageError, match="probes must be an integer of at least 1"):
        build(probes=0)
    with pytest.raises(zoo.UsageError, match=r"tied must be False where there are filters.*Write tied=False"):
        build(filters=(4,))
    with pytest.raises(zoo.UsageError, match="hidden_units must be empty where there are filters"):
        build("convolutional", hidden_units=(4,))
