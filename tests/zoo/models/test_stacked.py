"""What is peculiar to the stacked autoencoder: layers trained one after the other."""

import keras
import numpy as np
import pytest

import zoo
from zoo.wrappers.scaled import Scaled

PATTERNS = np.random.default_rng(0).integers(0, 2, (6, 4, 4))
X = PATTERNS[np.random.default_rng(1).integers(0, 6, 200)].astype("float32")
SMALL = {"latent_dim": 5, "hidden_units": (12,), "activation": "sigmoid", "pretrain_rate": 0.02, "seed": 0}


def test_each_layer_learns_to_reconstruct_the_code_before_it():
    model = zoo.build("stacked", (4, 4), tied=False, **SMALL)
    histories = model.pretrain(X, epochs=20, batch_size=20, verbose=0)
    assert len(histories) == 2
    for history in histories:
        assert history.history["loss"][-1] < history.history["loss"][0]
    codes = [X.reshape(-1, 16), *model.layer_codes(X)]
    downs = [layer for layer in reversed(model.decoder.layers) if hasattr(layer, "bias")]
    for below, code, down in zip(codes, codes[1:], downs, strict=False):
        error = np.mean(np.square(1 / (1 + np.exp(-(code @ down.kernel.numpy() + down.bias.numpy()))) - below))
        assert error < 0.7 * below.var(axis=0).mean()


def test_the_first_layer_alone_is_trained_on_what_the_formula_says():
    model = zoo.build("stacked", (16,), latent_dim=5, hidden_units=(), level=0.0, pretrain_rate=1e-9, seed=0)
    x = X.reshape(-1, 16)
    (history,) = model.pretrain(x, epochs=1, batch_size=50, verbose=0)
    p = model.reconstruct(x).astype("float64")
    by_hand = -np.mean(x * np.log(p) + (1 - x) * np.log(1 - p))
    assert history.history["loss"][0] == pytest.approx(by_hand, rel=1e-4)


@pytest.mark.parametrize(("activation", "tied"), [("sigmoid", True), ("relu", False)])
def test_pretraining_helps_and_fine_tuning_goes_on_from_there(activation, tied):
    settings = {**SMALL, "activation": activation, "tied": tied}
    models = [zoo.build("stacked", (4, 4), **settings) for _ in range(2)]
    models[0].pretrain(X, epochs=30, batch_size=20, verbose=0)
    before = models[0].score(X).mean()
    for model in models:
        keras.utils.set_random_seed(0)
        model.fit(X, epochs=10, batch_size=20, verbose=0)
    assert models[0].score(X).mean() < min(before, models[1].score(X).mean())


def test_the_codes_of_all_layers_end_in_the_code():
    model = zoo.build("stacked", (4, 4), **SMALL)
    codes = model.layer_codes(X, batch_size=64)
    assert [code.shape for code in codes] == [(200, 12), (200, 5)]
    np.testing.assert_allclose(codes[-1], model.encode(X), atol=1e-6)
    kernel, bias = model.get_weights()[:2]
    np.testing.assert_allclose(codes[0], 1 / (1 + np.exp(-(X.reshape(-1, 16) @ kernel + bias))), atol=1e-5)


@pytest.mark.parametrize("corruption", ["gaussian", "masking", "salt_and_pepper"])
def test_corruption_is_at_work_in_training_only(corruption):
    noisy, plain = (zoo.build("stacked", (4, 4), corruption=corruption, level=level, **SMALL) for level in (0.5, 0))
    noisy.set_weights(plain.get_weights())
    np.testing.assert_array_equal(noisy.reconstruct(X), plain.reconstruct(X))
    assert np.abs(noisy.encoder(X, training=True) - plain.encoder(X, training=True)).max() > 1e-3
    losses = [model.pretrain(X, epochs=1, verbose=0)[1].history["loss"][0] for model in (noisy, plain)]
    assert losses[0] != losses[1]


def test_tied_weights_stay_tied_and_untied_ones_part():
    tied, free = (zoo.build("stacked", (4, 4), tied=tied, **SMALL) for tied in (True, False))
    assert free.count_params() - tied.count_params() == 16 * 12 + 12 * 5
    tied.pretrain(X, epochs=1, verbose=0)
    assert tied.decoder.layers[0].kernel is tied.encoder.get_layer("code").kernel
    assert len(tied.trainable_variables) == 2 + 4


def test_the_same_seed_pretrains_to_the_same_weights_whatever_was_drawn_before():
    weights = []
    for seed, ambient in ((0, 1), (0, 2), (1, 1)):
        keras.utils.set_random_seed(ambient)
        model = zoo.build("stacked", (4, 4), **{**SMALL, "seed": seed})
        model.pretrain(X, epochs=2, batch_size=32, verbose=0)
        weights.append(model.get_weights())
    assert all(np.array_equal(a, b) for a, b in zip(weights[0], weights[1], strict=True))
    assert not np.array_equal(weights[0][0], weights[2][0])


def test_the_optimizer_begins_anew():
    model = zoo.build("stacked", (4, 4), **SMALL)
    model.fit(X, verbose=0)
    model.pretrain(X, epochs=1, verbose=0)
    assert int(model.optimizer.iterations) == 0
    assert all(not np.any(v) for v in model.optimizer.variables[2:])


def test_a_reloaded_model_pretrains_as_the_first(tmp_path):
    model = zoo.build("stacked", (4, 4), corruption="gaussian", level=0.3, **SMALL)
    model.pretrain(X, epochs=1, verbose=0)
    model.fit(X, verbose=0)
    model.save(tmp_path / "stacked.keras")
    again = keras.saving.load_model(tmp_path / "stacked.keras")
    for one in (model, again):
        one.pretrain(X, epochs=1, verbose=0)
    assert again.get_config()["level"] == 0.3
    np.testing.assert_array_equal(again.reconstruct(X), model.reconstruct(X))


def test_it_says_which_layer_is_trained(capsys):
    model = zoo.build("stacked", (4, 4), **SMALL)
    model.pretrain(X, epochs=1, verbose=2)
    printed = capsys.readouterr().out
    assert "Layer 2 of 2: 12 to 5 units." in printed
    assert printed.count("loss") == 2


def test_mixed_precision_pretrains_too():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = zoo.build("stacked", (4, 4), **SMALL)
        history = model.pretrain(X, epochs=5, batch_size=20, verbose=0)
    finally:
        keras.config.set_dtype_policy("float32")
    assert history[0].history["loss"][-1] < history[0].history["loss"][0]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"epochs": 0}, "epochs must be an integer of at least 1"),
        ({"batch_size": 0}, "batch_size must be an integer of at least 1"),
        ({"x": X[:, :3]}, r"x must have the shape \(n, 4, 4\)"),
        ({"x": X[:0]}, "x must have at least 1 sample"),
        ({"x": 3 * X}, r"x must lie in \[0, 1\]"),
    ],
)
def test_bad_arguments_of_pretrain_say_what_was_expected(arguments, sentence):
    with pytest.raises(zoo.UsageError, match=sentence):
        zoo.build("stacked", (4, 4), **SMALL).pretrain(**{"x": X, "verbose": 0, **arguments})


@pytest.mark.parametrize(
    ("hyperparameters", "sentence"),
    [
        ({"corruption": "salt"}, "corruption must be one of .*Received: corruption='salt'"),
        ({"level": 1.0}, "level must be a number of at least 0 and below 1"),
        ({"pretrain_rate": 0.0}, "pretrain_rate must be a number above 0"),
    ],
)
def test_bad_hyperparameters_say_what_was_expected(hyperparameters, sentence):
    with pytest.raises(zoo.UsageError, match=sentence):
        zoo.build("stacked", (4, 4), **hyperparameters)


def test_an_export_gives_the_codes_of_all_layers():
    model = zoo.build("stacked", (2, 3), hidden_units=(5, 4), latent_dim=3, seed=0)
    x = np.random.default_rng(0).random((7, 2, 3)).astype("float32")
    codes = Scaled(model, 255).endpoints()["encode_layers"].call(255 * x)
    assert list(codes) == ["code_1", "code_2", "code_3"]
    for exported, code in zip(codes.values(), model.layer_codes(x), strict=True):
        np.testing.assert_allclose(exported, code, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(codes["code_3"], model.encode(x), rtol=1e-5, atol=1e-6)
