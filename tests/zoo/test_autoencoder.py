"""The class that users meet: what it refuses, and how its pieces fit."""

import numpy as np
import pytest

import zoo

X = np.random.default_rng(0).uniform(size=(40, 4, 3)).astype("float32")


@pytest.fixture(scope="module")
def model():
    return zoo.build("vanilla", (4, 3), latent_dim=2, seed=0)


def test_reconstructing_is_decoding_the_code(model):
    np.testing.assert_allclose(model.reconstruct(X), model.decode(model.encode(X)))
    np.testing.assert_allclose(model.reconstruct(X), model(X).numpy(), atol=1e-6)


def test_the_score_is_each_sample_mean_squared_error(model):
    expected = ((model.reconstruct(X) - X) ** 2).mean(axis=(1, 2))
    np.testing.assert_allclose(model.score(X), expected, rtol=1e-6)


def test_no_samples_give_no_codes(model):
    assert model.encode(X[:0]).shape == (0, 2)
    assert model.score(X[:0]).shape == (0,)


@pytest.mark.parametrize("wrong", [X[0], X[..., :2], X.reshape(40, 12), np.float32(1)])
def test_a_wrong_shape_is_answered_with_the_right_one(model, wrong):
    with pytest.raises(zoo.UsageError, match=r"x must have the shape \(n, 4, 3\)"):
        model.encode(wrong)


@pytest.mark.parametrize(
    ("values", "told"),
    [(X * 255, "divide by 255"), (X - 0.5, r"lie in \[0, 1\]"), (X * np.nan, "must be finite")],
)
def test_pixels_out_of_range_stop_the_training_before_it_begins(model, values, told):
    with pytest.raises(zoo.UsageError, match=told):
        model.fit(values)


def test_a_target_of_its_own_is_what_is_learned():
    model = zoo.build("vanilla", (4, 3), latent_dim=4, learning_rate=0.05, seed=0)
    black = np.zeros_like(X)
    model.fit(X, black, epochs=20, verbose=0)
    assert model.reconstruct(X).max() < 0.1
    assert model.evaluate(X, black, verbose=0) < model.evaluate(X, verbose=0)


@pytest.mark.parametrize("name", ["vanilla", "vq_vae"])
def test_an_objective_knows_whether_the_step_trains(name, monkeypatch):
    model = zoo.build(name, (4, 3), seed=0)
    seen, objective = [], model.objective
    monkeypatch.setattr(model, "objective", lambda batch, training: seen.append(training) or objective(batch, training))
    model.fit(X, validation_data=(X, None), verbose=0)
    assert set(seen[:1]) == {True}
    assert set(seen[-1:]) == {False}


def test_it_may_be_compiled_again_with_other_losses_and_metrics():
    model = zoo.build("vanilla", (4, 3), latent_dim=2, seed=0)
    model.compile("sgd", "mean_squared_error", metrics=["mae"])
    history = model.fit(X, validation_data=(X, None), verbose=0).history
    assert set(history) == {"loss", "mae", "val_loss", "val_mae"}
    assert history["val_loss"][0] == pytest.approx(model.score(X).mean(), rel=1e-5)


def test_adam_with_one_kernel_computes_what_keras_computes():
    import keras

    weights = []
    for optimizer in (None, keras.optimizers.Adam(1e-3)):
        model = zoo.build("vanilla", (4, 3), latent_dim=2, seed=0)
        if optimizer:
            model.compile(optimizer, "binary_crossentropy")
        model.fit(X, epochs=5, batch_size=8, shuffle=False, verbose=0)
        weights.append(model.get_weights())
    for ours, theirs in zip(*weights, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-6)
