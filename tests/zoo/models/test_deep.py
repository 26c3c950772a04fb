"""What is peculiar to the deep autoencoder: pretraining, unrolling."""

import keras
import numpy as np
import pytest

import zoo

PATTERNS = np.random.default_rng(0).integers(0, 2, (6, 4, 4))
X = PATTERNS[np.random.default_rng(1).integers(0, 6, 300)].astype("float32")
REAL = (X - X.mean()) / X.std()
SMALL = {"latent_dim": 3, "hidden_units": (12, 8), "activation": "sigmoid", "cd_learning_rate": 0.5, "seed": 0}


def function(layer: keras.Layer):
    return {"sigmoid": lambda x: 1 / (1 + np.exp(-x)), "relu": lambda x: np.maximum(x, 0), "linear": lambda x: x}[
        keras.activations.serialize(layer.activation)
    ]


@pytest.mark.parametrize("activation", ["sigmoid", "relu"])
@pytest.mark.parametrize("output", ["pixels", "real"])
@pytest.mark.parametrize("tied", [False, True])
def test_unrolled_it_is_the_pass_up_and_down_the_machines(activation, output, tied):
    model = zoo.build("deep", (4, 4), output=output, tied=tied, **{**SMALL, "activation": activation})
    x = X if output == "pixels" else REAL
    model.pretrain(x, epochs=2, batch_size=20, verbose=0)
    ups = [layer for layer in model.encoder.layers if isinstance(layer, keras.layers.Dense)]
    downs = [layer for layer in reversed(model.decoder.layers) if hasattr(layer, "bias")]
    values = x.reshape(-1, 16)
    for up in ups:
        values = function(up)(values @ up.kernel.numpy() + up.bias.numpy())
    np.testing.assert_allclose(model.encode(x), values, atol=1e-5)
    for up, down in reversed(list(zip(ups, downs, strict=True))):
        values = function(down)(values @ up.kernel.numpy().T + down.bias.numpy())
    if output == "pixels":
        values = 1 / (1 + np.exp(-values))
    np.testing.assert_allclose(model.reconstruct(x).reshape(-1, 16), values, atol=1e-5)


def test_each_machine_learns_and_its_biases_are_learnt_too():
    model = zoo.build("deep", (4, 4), **SMALL)
    history = model.pretrain(X, epochs=15, batch_size=20, verbose=0)
    assert len(history) == 3
    for machine in history:
        assert set(machine) == {"reconstruction_error", "free_energy_gap"}
        assert machine["reconstruction_error"][-1] < 0.7 * machine["reconstruction_error"][0]
        assert np.isfinite(machine["free_energy_gap"]).all()
    assert all(np.abs(bias).max() > 0 for bias in model.get_weights() if bias.ndim == 1)


@pytest.mark.parametrize("output", ["pixels", "real"])
def test_rectified_units_learn_as_well(output):
    model = zoo.build("deep", (4, 4), output=output, **{**SMALL, "activation": "relu", "cd_learning_rate": 5.0})
    x = X if output == "pixels" else REAL
    for machine in model.pretrain(x, epochs=15, batch_size=20, verbose=0):
        assert machine["reconstruction_error"][-1] < 0.9 * machine["reconstruction_error"][0]


def test_pretraining_helps_and_fine_tuning_goes_on_from_there():
    models = [zoo.build("deep", (4, 4), **SMALL) for _ in range(2)]
    models[0].pretrain(X, epochs=30, batch_size=20, verbose=0)
    before = models[0].score(X).mean()
    for model in models:
        keras.utils.set_random_seed(0)
        model.fit(X, epochs=5, batch_size=20, verbose=0)
    assert models[0].score(X).mean() < before
    assert models[0].score(X).mean() < models[1].score(X).mean()


def test_the_same_seed_pretrains_to_the_same_weights_whatever_was_drawn_before():
    weights = []
    for seed, ambient in ((0, 1), (0, 2), (1, 1)):
        keras.utils.set_random_seed(ambient)
        model = zoo.build("deep", (4, 4), **{**SMALL, "seed": seed})
        model.pretrain(X, epochs=2, batch_size=32, verbose=0)
        weights.append(model.get_weights())
    assert all(np.array_equal(a, b) for a, b in zip(weights[0], weights[1], strict=True))
    assert not np.array_equal(weights[0][0], weights[2][0])


def test_the_optimizer_begins_anew():
    model = zoo.build("deep", (4, 4), **SMALL)
    model.fit(X, verbose=0)
    model.pretrain(X, epochs=1, verbose=0)
    assert int(model.optimizer.iterations) == 0
    assert all(not np.any(v) for v in model.optimizer.variables[2:])
    assert float(model.optimizer.learning_rate) == pytest.approx(1e-3)


def test_a_reloaded_model_pretrains_as_the_first(tmp_path):
    model = zoo.build("deep", (4, 4), tied=True, cd_steps=2, **SMALL)
    model.fit(X, verbose=0)
    model.save(tmp_path / "deep.keras")
    again = keras.saving.load_model(tmp_path / "deep.keras")
    for one in (model, again):
        one.pretrain(X, epochs=1, verbose=0)
    assert again.cd == model.cd
    np.testing.assert_array_equal(again.reconstruct(X), model.reconstruct(X))
    assert again.fit(X, verbose=0).history["loss"][0] > 0


def test_it_prints_error_and_gap_for_each_machine_and_epoch(capsys):
    model = zoo.build("deep", (4, 4), **SMALL)
    model.pretrain(X, epochs=2, validation_data=X[:10])
    printed = capsys.readouterr().out
    assert "Machine 3 of 3: 8 sigmoid and 3 linear units." in printed
    assert printed.count("reconstruction error") == printed.count("free-energy gap") == 3 * 2
    model.pretrain(X, epochs=1, verbose=0)
    assert not capsys.readouterr().out


def test_what_is_held_out_is_not_trained_on():
    weights = []
    for replaced in (slice(270, 300), slice(0, 30)):
        x = X.copy()
        x[replaced] = 0.5
        model = zoo.build("deep", (4, 4), **SMALL)
        model.pretrain(x, epochs=1, validation_split=0.1, verbose=0)
        weights.append(model.get_weights()[0])
    plain = zoo.build("deep", (4, 4), **SMALL)
    plain.pretrain(X, epochs=1, validation_split=0.1, verbose=0)
    np.testing.assert_array_equal(weights[0], plain.get_weights()[0])
    assert not np.array_equal(weights[1], weights[0])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"epochs": 0}, "epochs must be an integer of at least 1"),
        ({"batch_size": 0}, "batch_size must be an integer of at least 1"),
        ({"validation_split": 1.0}, "validation_split must be a number of at least 0 and below 1"),
        ({"x": X[:, :3]}, r"x must have the shape \(n, 4, 4\)"),
        ({"x": X[:1]}, "x must have at least 2 samples"),
        ({"x": 3 * X}, r"x must lie in \[0, 1\]"),
        ({"validation_data": X[:0]}, r"validation_data must have at least 1 sample"),
    ],
)
def test_bad_arguments_of_pretrain_say_what_was_expected(arguments, sentence):
    model = zoo.build("deep", (4, 4), **SMALL)
    with pytest.raises(zoo.UsageError, match=sentence):
        model.pretrain(**{"x": X, "verbose": 0, **arguments})


@pytest.mark.parametrize(
    ("hyperparameters", "sentence"),
    [
        ({"activation": "tanh"}, "activation must be one of 'relu', 'sigmoid'"),
        ({"cd_steps": 0}, "cd_steps must be an integer of at least 1"),
        ({"cd_learning_rate": 0.0}, "cd_learning_rate must be a number above 0"),
        ({"momentum": 1.0}, "momentum must be a number of at least 0 and below 1"),
        ({"weight_decay": -1.0}, "weight_decay must be a number of at least 0"),
    ],
)
def test_bad_hyperparameters_say_what_was_expected(hyperparameters, sentence):
    with pytest.raises(zoo.UsageError, match=sentence):
        zoo.build("deep", (4, 4), **hyperparameters)
