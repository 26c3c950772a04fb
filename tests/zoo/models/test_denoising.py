"""What is peculiar to the denoising autoencoder."""

import keras
import numpy as np
import pytest

import zoo
from zoo import checks

X = np.random.default_rng(0).uniform(size=(64, 16)).astype("float32")


def cross_entropy(x: np.ndarray, p: np.ndarray) -> float:
    p = p.astype("float64")
    return -np.mean(x * np.log(p) + (1 - x) * np.log(1 - p))


def test_training_sees_corrupted_samples_and_the_clean_ones_as_targets():
    # A learning rate of almost 0: the loss of an epoch is that of the first weights.
    model = zoo.build("denoising", (16,), level=0.5, learning_rate=1e-12, seed=0)
    again = zoo.build("denoising", (16,), level=0.5, learning_rate=1e-12, seed=0)
    noisy = again.corruption(X, training=True).numpy()
    loss = model.fit(X, batch_size=64, shuffle=False, verbose=0).history["loss"][0]
    assert loss == pytest.approx(cross_entropy(X, again.reconstruct(noisy)), rel=1e-5)
    assert abs(loss - cross_entropy(X, again.reconstruct(X))) > 1e-4


def test_pairs_are_not_corrupted_again():
    noisy = np.random.default_rng(1).uniform(size=X.shape).astype("float32")
    model = zoo.build("denoising", (16,), level=0.5, learning_rate=1e-12, seed=0)
    by_hand = cross_entropy(X, model.reconstruct(noisy))
    assert model.evaluate(noisy, X, verbose=0) == pytest.approx(by_hand, rel=1e-5)
    history = model.fit(noisy, X, validation_data=(noisy, X), verbose=0).history
    assert history["loss"][0] == pytest.approx(by_hand, rel=1e-5)
    assert history["val_loss"][0] == pytest.approx(by_hand, rel=1e-5)


def test_validation_measures_denoising_with_the_same_draws_each_time():
    model = zoo.build("denoising", (16,), level=0.5, seed=0)
    shared = model.corruption.corrupted(X, 0, shared=True).numpy()
    by_hand = cross_entropy(X, model.reconstruct(shared))
    for batch_size in (64, 7):
        assert model.evaluate(X, batch_size=batch_size, verbose=0) == pytest.approx(by_hand, rel=1e-5)


def test_sample_weights_count():
    model = zoo.build("denoising", (16,), seed=0)
    weights = np.repeat([0.0, 2.0], 32)
    by_hand = cross_entropy(X[32:], model.reconstruct(X[32:]))  # twice, over half of the samples
    assert model.evaluate(X, X, sample_weight=weights, verbose=0) == pytest.approx(by_hand, rel=1e-5)


def test_reconstructions_and_scores_are_of_samples_as_they_are():
    model = zoo.build("denoising", (16,), level=5.0, seed=0)
    plain = zoo.build("denoising", (16,), level=0.0, seed=0)
    np.testing.assert_array_equal(model.reconstruct(X), plain.reconstruct(X))
    np.testing.assert_array_equal(model.score(X), plain.score(X))


@pytest.mark.parametrize("kind", ["gaussian", "masking", "salt_and_pepper"])
def test_it_takes_noise_away(kind):
    rng = np.random.default_rng(0)
    patterns = rng.integers(0, 2, (4, 16)).astype("float32")
    clean = patterns[rng.integers(0, 4, 512)]
    keras.utils.set_random_seed(0)
    model = zoo.build("denoising", (16,), corruption=kind, level=0.3, learning_rate=0.01, seed=0)
    model.fit(clean, epochs=10, verbose=0)
    noisy = model.corrupt(clean, seed=1)
    before, after = np.square(noisy - clean).mean(), np.square(model.reconstruct(noisy) - clean).mean()
    assert after < 0.3 * before


def test_corrupt_gives_the_same_for_the_same_seed():
    model = zoo.build("denoising", (16,))
    np.testing.assert_array_equal(model.corrupt(X, seed=3), model.corrupt(X, seed=3))
    assert (model.corrupt(X, seed=3) != model.corrupt(X, seed=4)).any()
    assert model.corrupt(X).dtype == np.float32


def test_real_numbers_are_not_clipped():
    noisy = zoo.build("denoising", (16,), level=2.0, output="real").corrupt(X)
    assert noisy.min() < 0
    assert noisy.max() > 1
    assert zoo.build("denoising", (16,), level=2.0).corrupt(X).max() == 1


def test_it_is_reloaded_with_its_corruption(tmp_path):
    model = zoo.build("denoising", (16,), corruption="masking", level=0.25, seed=0)
    model.fit(X, verbose=0)
    again = zoo.load(zoo.export(model, tmp_path / "export", formats=["keras"]))
    np.testing.assert_array_equal(again.corrupt(X), model.corrupt(X))
    assert again.evaluate(X, verbose=0) == pytest.approx(model.evaluate(X, verbose=0))


@pytest.mark.parametrize(("shape", "code"), [((9,), (3, 5)), ((7, 10), (2, 3, 5)), ((8, 5, 3), (2, 2, 5))])
def test_the_convolutional_bodys_code_is_a_map(shape, code):
    model = zoo.build("denoising", shape, body="convolutional", latent_dim=5, filters=(4, 6))
    x = np.zeros((2, *shape))
    assert model.encode(x).shape == (2, *code)
    assert model.reconstruct(x).shape == x.shape


def test_it_trains_in_bfloat16():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = zoo.build("denoising", (8, 8), body="convolutional", filters=(4,), seed=0)
        history = model.fit(np.random.default_rng(0).uniform(size=(32, 8, 8)).astype("float32"), verbose=0).history
    finally:
        keras.config.set_dtype_policy("float32")
    assert np.isfinite(history["loss"]).all()
    assert model.corruption.compute_dtype == "float32"


def test_bad_arguments_say_what_was_expected():
    with pytest.raises(checks.UsageError, match="body must be one of 'dense', 'convolutional'"):
        zoo.build("denoising", (16,), body="conv")
    with pytest.raises(checks.UsageError, match="corruption must be one of"):
        zoo.build("denoising", (16,), corruption="salt")
    with pytest.raises(checks.UsageError, match="level must be a number of at least 0 and below 1"):
        zoo.build("denoising", (16,), corruption="masking", level=2)
    with pytest.raises(checks.UsageError, match="blocks must be an integer"):
        zoo.build("denoising", (16,), blocks=1.5)
