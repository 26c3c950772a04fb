"""Models of compression: the loss by hand, gradients through rounding, and signatures that agree with the model."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf

import zoo
from zoo.families.compression import straight
from zoo.layers import gaussian_conditional
from zoo.ops import frequencies

SMALL = {"latent_dim": 6, "filters": (8, 8), "blocks": 1, "seed": 0}
NAMES = ["factorized", "hyperprior"]


def built(name: str, **options) -> zoo.autoencoder.Autoencoder:
    """A small model whose latents are some steps long, so that rounding keeps something of them."""
    extra = {"hyper_dim": 4} if name == "hyperprior" else {}
    model = zoo.build(name, (None, None, 1), **{**SMALL, **extra, **options})
    rng = np.random.default_rng(0)
    for part in ("encoder", "hyper_encoder", "hyper_decoder", "context", "decoder"):
        for weight in getattr(model, part).weights if getattr(model, part, None) else ():
            fan = np.prod(weight.shape[:-1]) if len(weight.shape) > 1 else 100.0
            weight.assign(rng.normal(scale=1.2 * fan**-0.5, size=weight.shape))
    return model


@pytest.fixture(scope="module", params=NAMES)
def model(request):
    """A model of a range of rates."""
    return built(request.param, rates=(0.002, 0.1))


def pictures(*shape: int) -> np.ndarray:
    return np.random.default_rng(1).random(shape).astype("float32")


def test_the_loss_is_bits_a_pixel_plus_lambda_times_the_squared_error(model):
    x = pictures(3, 20, 17, 1)
    code, bits = model.coded(x, tf.fill((3,), 0.5))
    again = model.decoder(code)[:, :20, :17]
    error = np.mean((255 * (again - x)) ** 2, axis=(1, 2, 3))
    expected = np.mean(bits / (20 * 17) + math.sqrt(0.002 * 0.1) * error)
    found = model.evaluate(x, verbose=0, return_dict=True)
    assert found["loss"] == pytest.approx(expected, rel=1e-4)
    assert found["bits_per_pixel"] == pytest.approx(np.mean(bits) / 340, rel=1e-4)
    assert found["squared_error"] == pytest.approx(np.mean(error), rel=1e-4)


def test_the_bits_of_factorized_are_those_of_its_rounded_latents():
    model = built("factorized", rates=(0.01,))
    x = pictures(2, 16, 32, 1)
    latent = model.gains(model.encoder(x), tf.fill((2,), 0.5))
    rounded = np.round(latent)
    assert np.abs(rounded).max() >= 2
    code, bits = model.coded(x, tf.fill((2,), 0.5))
    np.testing.assert_allclose(bits, model.prior(rounded).numpy().sum(axis=(1, 2, 3)), rtol=1e-5)
    np.testing.assert_allclose(code, model.gains.inverse(rounded, tf.fill((2,), 0.5)), rtol=1e-5)


@pytest.mark.parametrize("context_dim", [0, 4])
def test_hyperprior_rounds_around_the_means_and_pays_for_both_codes(context_dim):
    model = built("hyperprior", rates=(0.01,), context_dim=context_dim)
    latent = model.gains(model.encoder(pictures(1, 64, 64, 1)), tf.fill((1,), 0.5)).numpy()
    hyper = np.round(model.hyper_encoder(latent))
    said = model.hyper_decoder(hyper).numpy()
    rung, mean = 15 + 16 * said[..., :6], said[..., 6:]
    residual = np.round(latent - mean)
    if context_dim:
        rung = np.clip(np.round(rung), 0, 63)
        first = (np.indices((4, 4)).sum(axis=0) % 2 == 0)[None, :, :, None]
        change = model.context([first * (mean + residual), np.concatenate([(rung - 15) / 16, mean], axis=-1)]).numpy()
        assert np.abs(change).max() > 0.1
        rung = np.where(first, rung, np.clip(np.round(rung + 16 * change[..., :6]), 0, 63))
        mean = np.where(first, mean, mean + change[..., 6:])
        residual = np.round(latent - mean)
    rounded, bits = model.entropy(latent, training=False)
    np.testing.assert_allclose(rounded, residual + mean, atol=1e-4)
    expected = model.prior(hyper).numpy().sum() + gaussian_conditional.bits(residual, rung).numpy().sum()
    assert float(bits[0]) == pytest.approx(expected, rel=1e-4)


def test_without_means_the_residual_is_the_latent():
    model = built("hyperprior", means=False)
    latent = model.gains(model.encoder(pictures(1, 32, 32, 1)), tf.fill((1,), 0.5))
    np.testing.assert_array_equal(model.entropy(latent, training=False)[0], np.round(latent))
    assert model.hyper_decoder.output_shape[-1] == 6


def test_rounding_passes_the_gradient_as_it_is():
    x = tf.constant([0.2, 1.7, -2.4])
    with tf.GradientTape() as tape:
        tape.watch(x)
        rounded = straight(x, tf.round(x))
        loss = tf.reduce_sum(rounded * [1.0, 2.0, 3.0])
    np.testing.assert_array_equal(rounded, [0, 2, -2])
    np.testing.assert_array_equal(tape.gradient(loss, x), [1, 2, 3])


def test_noise_is_uniform_and_as_wide_as_a_step():
    noise = built("factorized").noisy(tf.zeros((100_000,))).numpy()
    assert -0.5 <= noise.min() < -0.49
    assert 0.49 < noise.max() <= 0.5
    assert noise.var() == pytest.approx(1 / 12, rel=0.02)


def test_lambda_is_geometric_between_the_rates_and_alone_without_a_range(model):
    found = model.rate(tf.constant([0.0, 0.5, 1.0])).numpy()
    np.testing.assert_allclose(found, [0.002, math.sqrt(0.0002), 0.1], rtol=1e-5)
    np.testing.assert_allclose(
        built("factorized", rates=(0.03,)).rate(tf.constant([0.0, 1.0])), [0.03, 0.03], rtol=1e-5
    )


def test_a_sample_that_weighs_nothing_changes_nothing():
    x, losses = pictures(4, 16, 16, 1), []
    for given in ((x[:2], None), (x, np.array([1.0, 1.0, 0.0, 0.0], "float32"))):
        model = built("factorized")
        losses.append(model.evaluate(given[0], sample_weight=given[1], verbose=0, return_dict=True)["squared_error"])
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)


def test_the_signatures_of_files_agree_with_the_model(model):
    ends = {name: endpoint.call for name, endpoint in model.endpoints().items()}
    pixels = np.random.default_rng(2).integers(0, 256, (1, 40, 50, 1), "uint8")
    quality = tf.constant(50)
    latent = ends["analysis"](tf.constant(pixels), quality)["latent"]
    as_model = model.gains(model.encoder(pixels / 255.0), tf.fill((1,), 0.5))
    np.testing.assert_allclose(latent, as_model, rtol=1e-4, atol=1e-4)
    rounded, bits = model.entropy(as_model, training=False)
    assert float(ends["estimate"](tf.constant(pixels), quality)["bits"][0]) == pytest.approx(float(bits[0]), rel=1e-3)
    picture = ends["synthesis"](rounded, quality)["image"].numpy().astype(int)
    expected = 255 * np.clip(model.decoder(model.gains.inverse(rounded, tf.fill((1,), 0.5))), 0, 1)
    assert np.abs(picture - expected).max() <= 0.5 + 3  # whole numbers differ by a part of a step of 8 bits, or a few
    if "hyper_synthesis" in ends:
        hyper = tf.cast(tf.round(ends["hyper_analysis"](latent)["hyper"]), tf.int32)
        said = ends["hyper_synthesis"](hyper)
        output = model.hyper_decoder(tf.cast(hyper, tf.float32)).numpy()
        assert_said(said, output[..., 6:], 15 + 16 * output[..., :6])
        known = tf.round(tf.random.stateless_normal(said["mean"].shape, (0, 1), stddev=3.0)) + said["mean"]
        expected = model._better(known, said["mean"], tf.cast(said["index"], tf.float32))
        assert_said(ends["context"](known, said["mean"], said["index"]), *expected)


def assert_said(said: dict[str, tf.Tensor], mean: np.ndarray, rung: np.ndarray) -> None:
    """Means are the expected ones, in multiples of 2^-12; indices the rungs, but for one where that is near a half."""
    found, index = (said[name].numpy() for name in ("mean", "index"))
    np.testing.assert_allclose(found, mean, atol=1e-2)
    np.testing.assert_array_equal(found * 4096, np.rint(found * 4096))
    assert np.abs(index - np.clip(rung, 0, 63)).max() <= 1


def test_tables_cover_every_index_and_fingerprints_tell_models_apart(model):
    tables = {key: value.numpy() for key, value in model.endpoints()["tables"].call().items()}
    wanted = 6 if model.name == "factorized" else 4 + gaussian_conditional.RUNGS
    assert len(tables["lengths"]) == len(tables["first"]) == wanted
    ends = np.cumsum(tables["lengths"])
    sums = [tables["counts"][end - length : end].sum() for end, length in zip(ends, tables["lengths"], strict=True)]
    assert set(sums) == {frequencies.TOTAL}
    before = tables["fingerprint"].tobytes()
    bias = model.decoder.weights[-1]
    bias.assign(bias + 1e-6)
    assert model.endpoints()["tables"].call()["fingerprint"].numpy().tobytes() != before
    bias.assign(bias - 1e-6)


@pytest.mark.slow
def test_training_lowers_bits_and_error_of_color_pictures_of_all_rates():
    options = {**SMALL, "rates": (0.002, 0.1), "learning_rate": 3e-3, "average": 0.0}
    model = zoo.build("hyperprior", (None, None, 3), hyper_dim=4, **options)
    x = np.repeat(np.linspace(0, 1, 32, dtype="float32")[None, :, None, None], 16, axis=0) * np.ones(
        (1, 1, 32, 3), "float32"
    )
    keras.utils.set_random_seed(0)
    history = model.fit(x, epochs=20, batch_size=4, verbose=0).history
    assert history["squared_error"][-1] < 0.5 * history["squared_error"][0]
    assert history["loss"][-1] < 0.5 * history["loss"][0]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"rates": (0.1, 0.01)}, "rates must be one number, or two that rise"),
        ({"rates": ()}, r"Write \(0.01,\), or \(0.002, 0.1\)"),
        ({"rates": (0.0,)}, "rates must be a number above 0"),
        ({"rates": (100.0,)}, "rates must be at most 10"),
        ({"filters": (8,)}, "filters must be two numbers"),
        ({"latent_dim": 0}, "latent_dim must be an integer of at least 1"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(options, told):
    with pytest.raises(zoo.UsageError, match=told):
        zoo.build("factorized", (None, None, 3), **options)
    with pytest.raises(zoo.UsageError, match="one with 1 or 3 channels"):
        zoo.build("hyperprior", (None, None, 2))
