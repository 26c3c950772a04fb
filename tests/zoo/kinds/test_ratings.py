"""What is peculiar to rows of ratings, against arithmetic."""

import functools

import numpy as np
import pytest
import tensorflow as tf
from scipy import sparse, stats

import zoo
from zoo import UsageError
from zoo.families import jacobian
from zoo.kinds.ratings import Ratings
from zoo.layers.rating_corruption import RatingCorruption

NAN = float("nan")
# Three films of two people; by hand below: mean 3, no biases, half the scale's width 2, 1.5 ratings a row.
TINY = np.array([[5, 0, 1], [0, 3, 0]], "float32")
RNG = np.random.default_rng(0)
X = np.where(RNG.random((40, 6)) < 0.6, RNG.integers(1, 6, (40, 6)), 0).astype("float32")


def tiny(**settings):
    """Predicts r' = 3 + 2 z, z = (1, 0, -1) h + (0.1, 0.2, 0.3), h = sqrt(1.5 / n) (1, 2, 3) (r - 3) / 2 + 0.5."""
    kind = Ratings(**{"l2": 0.0, "inner_l2": 0.0, "dropout": 0.0, "damping": 1e9, "mask_channel": False, **settings})
    model = zoo.build("vanilla", (3,), output=kind, latent_dim=1, activation="linear").adapt(TINY)
    model.get_layer("encoder").get_layer("code").set_weights([np.array([[1.0], [2.0], [3.0]]), np.array([0.5])])
    model.decoder.layers[-3].set_weights([np.array([[1.0, 0.0, -1.0]]), np.array([0.1, 0.2, 0.3])])
    return model


CODES = np.array([[np.sqrt(1.5 / 2) * (1 - 3) + 0.5], [0.5]])
PREDICTED = 3 + 2 * (CODES * [1, 0, -1] + [0.1, 0.2, 0.3])
SQUARES = [(5 - PREDICTED[0, 0]) ** 2 + (1 - PREDICTED[0, 2]) ** 2, (3 - PREDICTED[1, 1]) ** 2]


@functools.cache
def fitted(name, scale=1.0, **hyperparameters):
    model = zoo.build(name, (6,), output="ratings", latent_dim=4, seed=0, **hyperparameters)
    model.fit(scale * X, epochs=2, batch_size=16, verbose=0, shuffle=False)
    return model


def test_codes_predictions_and_scores_by_hand():
    model = tiny()
    np.testing.assert_allclose(model.encode(TINY), CODES, rtol=1e-5)
    np.testing.assert_allclose(model.reconstruct(TINY), np.clip(PREDICTED, 1, 5), rtol=1e-5)
    clipped = np.clip(PREDICTED, 1, 5)
    expected = [((5 - clipped[0, 0]) ** 2 + (1 - clipped[0, 2]) ** 2) / 2, (3 - clipped[1, 1]) ** 2]
    np.testing.assert_allclose(model.score(TINY), expected, rtol=1e-4)


def test_the_loss_by_hand_in_training():
    found = float(tiny().compute_loss(TINY, None, tiny()(TINY, training=True)))
    assert found == pytest.approx(sum(SQUARES) / 2**2 / 3, rel=1e-5)  # of three ratings, in halves of the scale


def test_the_penalties_by_hand():
    plain, model = tiny(), tiny(l2=10.0, inner_l2=100.0)
    added = float(model.kind.penalty(model)) - float(plain.kind.penalty(plain))
    assert added == pytest.approx((10 * 2 + 100 * 14) / 3, rel=1e-6)  # |(1, 0, -1)|^2 = 2, |(1, 2, 3)|^2 = 14


def test_a_tied_kernel_counts_as_both():
    kind = Ratings(l2=10.0, inner_l2=1.0, mask_channel=True)
    model = zoo.build("stacked", (3,), output=kind, latent_dim=2, hidden_units=(), tied=True).adapt(TINY)
    kernel = model.encoder.get_layer("code").kernel.numpy()
    assert kernel.shape == (6, 2)
    expected = (10 * np.square(kernel[:3]).sum() + np.square(kernel).sum()) / 3
    assert float(model.kind.penalty(model)) == pytest.approx(expected, rel=1e-6)


def test_the_mask_is_read_beside_the_ratings():
    model = zoo.build("vanilla", (3,), output=Ratings(damping=1e9)).adapt(TINY)
    read = model.encoder.get_layer("rating_input")(TINY).numpy()
    root = np.sqrt(1.5 / 2)
    expected = [[root, 0, -root, root, 0, root], [0, 0, 0, 0, np.sqrt(1.5), 0]]
    np.testing.assert_allclose(read, expected, atol=1e-6)


def test_dropped_ratings_are_dropped_from_both_halves():
    kind = Ratings(dropout=0.5)
    reader = zoo.build("vanilla", (6,), output=kind, seed=3).adapt(X).encoder.get_layer("rating_input")
    values, mask = np.split(reader(X, training=True).numpy(), 2, axis=1)
    assert not values[mask == 0].any()
    assert not mask[X == 0].any()
    assert 0.35 < (mask[X > 0] > 0).mean() < 0.65


def test_nan_is_unrated_as_0_is():
    x = np.where(X > 0, X, NAN)
    model = fitted("vanilla")
    for found, expected in ((model.reconstruct(x), model.reconstruct(X)), (model.score(x), model.score(X))):
        np.testing.assert_array_equal(found, expected)
    losses = [model.evaluate(values, verbose=0, return_dict=True)["loss"] for values in (x, X)]
    assert losses[0] == losses[1]


@pytest.mark.parametrize("scale", [0.1, 20.0])
def test_on_another_scale_the_same_is_learned(scale):
    expected = scale * fitted("vanilla").reconstruct(X)
    np.testing.assert_allclose(fitted("vanilla", scale).reconstruct(scale * X), expected, rtol=1e-3)


def test_predictions_stay_on_the_scale_of_the_training_ratings():
    found = fitted("sparse").decode(1e4 * RNG.normal(size=(20, 4)))
    assert found.min() == 1
    assert found.max() == 5


@pytest.mark.parametrize("name", ["vanilla", "sparse", "contractive", "stacked", "vae", "denoising", "wae"])
def test_the_validation_loss_does_not_depend_on_the_batches(name):
    model = zoo.build(name, (6,), output="ratings", latent_dim=4, hidden_units=(), seed=0).adapt(X)
    one, all_ = (model.evaluate(X, batch_size=size, verbose=0, return_dict=True)["loss"] for size in (8, 40))
    assert one == pytest.approx(all_, rel=1e-5)


def test_the_penalty_does_not_depend_on_the_batch_and_replicas_share_it():
    model = fitted("vanilla")
    whole = float(model.kind.penalty(model))
    rows = 0.0
    for part in np.split(X, 4):
        error = float(model.evaluate(part, verbose=0, return_dict=True)["loss"]) - whole
        rows += error / 4
    assert rows + whole == pytest.approx(model.evaluate(X, verbose=0, return_dict=True)["loss"], rel=1e-4)


def test_batches_are_trained_on_after_adapt():
    batches = tf.data.Dataset.from_tensor_slices(X).batch(8)
    model = zoo.build("vanilla", (6,), output="ratings", latent_dim=4, seed=0)
    with pytest.raises(UsageError, match="x must be an array, or batches of rows that adapt has seen"):
        model.fit(batches, verbose=0)
    by_array = model.adapt(sparse.csr_array(X)).get_weights()
    assert model.fit(batches, verbose=0, shuffle=False).history["rmse"][0] < 3
    again = zoo.build("vanilla", (6,), output="ratings", latent_dim=4, seed=0).adapt(np.where(X > 0, X, NAN))
    assert all(np.allclose(a, b) for a, b in zip(again.get_weights(), by_array, strict=True))


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (np.zeros((3, 6), "float32"), "x must be rows with at least one rating"),
        (-X, "x must hold ratings above 0"),
        (np.where(X > 4, np.inf, X), "x must hold ratings above 0"),
    ],
)
def test_rows_that_cannot_be_ratings_are_answered_in_a_sentence(rows, sentence):
    with pytest.raises(UsageError, match=sentence):
        zoo.build("vanilla", (6,), output="ratings").fit(rows, verbose=0)


def test_noise_touches_what_is_rated_alone():
    x = np.where(X > 0, X, NAN)
    noisy = RatingCorruption("gaussian", 2.0).corrupted(x, 0).numpy()
    assert (noisy[X == 0] == 0).all()
    assert (noisy[X > 0] > 0).all()
    assert np.abs(noisy - X)[X > 0].mean() > 0.5
    kept = RatingCorruption("masking", 0.5).corrupted(x, 0).numpy()
    assert set(kept[X > 0]) <= {0.0, 1.0, 2.0, 3.0, 4.0, 5.0}
    np.testing.assert_array_equal(kept[kept > 0], X[kept > 0])
    assert 0.3 < (kept > 0).sum() / (X > 0).sum() < 0.7


@pytest.mark.parametrize("name", ["denoising", "stacked"])
def test_ratings_have_no_salt_and_pepper(name):
    with pytest.raises(UsageError, match="corruption must be"):
        zoo.build(name, (6,), output="ratings", corruption="salt_and_pepper")


def test_the_jacobian_is_exact_and_by_what_the_first_layer_reads():
    model = zoo.build("contractive", (6,), output="ratings", hidden_units=(5,), tied=False).adapt(X)
    assert model.is_exact
    read = tf.constant(model.encoder.get_layer("rating_input")(X[:3]))
    with tf.GradientTape() as tape:
        tape.watch(read)
        code = read
        for layer in model.encoder.layers[2:]:
            code = layer(code)
    expected = np.square(tape.batch_jacobian(code, read)).sum(axis=(1, 2))
    np.testing.assert_allclose(jacobian.of_dense(model.encoder, X[:3])[1], expected, rtol=1e-4)


def test_the_likelihood_is_normal_and_of_what_is_rated():
    output = np.array([[[4.0, 2.0, 2.0], [1.0, 2.5, 4.0]]], "float32")
    found = Ratings().log_likelihood(output, np.where(TINY > 0, TINY, NAN)[None], np.float32(np.log(0.5)))
    normal = stats.norm(scale=np.sqrt(0.5))
    expected = [[normal.logpdf(5 - 4) + normal.logpdf(1 - 2), normal.logpdf(3 - 2.5)]]
    np.testing.assert_allclose(found, expected, rtol=1e-5)


@pytest.mark.parametrize("name", ["stacked", "deep"])
def test_layers_are_pretrained_on_what_they_read(name):
    model = zoo.build(name, (6,), output="ratings", latent_dim=3, hidden_units=(5,), activation="sigmoid", seed=0)
    history = model.pretrain(X, epochs=10, batch_size=8, verbose=0)
    first = history[0].history["loss"] if name == "stacked" else history[0]["reconstruction_error"]
    assert len(history) == 2
    assert first[-1] < first[0]
    assert model.is_adapted
    codes = model.layer_codes(X) if name == "stacked" else [model.encode(X)]
    np.testing.assert_allclose(codes[-1], model.encode(X), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("mask_channel", [True, False])
def test_tied_weights_use_the_ratings_half_of_the_kernel(mask_channel):
    kind = Ratings(mask_channel=mask_channel)
    model = zoo.build("k_sparse", (6,), output=kind, latent_dim=4, k=4, tied=True, seed=0).adapt(X)
    kernel = model.encoder.get_layer("code").kernel.numpy()[:6]
    code = RNG.normal(size=(5, 4)).astype("float32")
    scale = model.decoder.get_layer("rating_scale")
    expected = scale.base.numpy() + scale.half.numpy() * code @ kernel.T
    np.testing.assert_allclose(model.decode(code), np.clip(expected, 1, 5), rtol=1e-4)
