"""What is peculiar to the restorer: any size, its beginning, its reach, and what its fit takes."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

import zoo
from zoo.families.restorer import Restorer
from zoo.layers.bicubic import Enlarging, Shrinking
from zoo.layers.color import lightened
from zoo.layers.noise import Noise

TASKS = {
    "denoise": {},
    "super_resolution": {"scale": 3},
    "colorize": {},
    "reconstruct": {"latent_dim": 5},
}
SIZES = [(1, 1), (1, 6), (5, 2), (8, 4), (7, 9)]
RNG = np.random.default_rng(0)
GREY, COLOR = (RNG.uniform(size=(3, 12, 10, channels)).astype("float32") for channels in (1, 3))


def small(channels: int = 1, task: str = "denoise", **options: Any) -> Restorer:
    """A restorer of two levels, quick to make."""
    given = {"filters": (4, 8), "blocks": (1, 1), "seed": 0, **TASKS[task], **options}
    return zoo.build("restorer", (None, None, channels), task=task, **given)


def unsettled(model: Restorer) -> zoo.autoencoder.Autoencoder:
    """Gives a model weights none of which is 0, so that all its layers count."""
    rng = np.random.default_rng(1)
    model.set_weights([rng.normal(scale=0.2, size=weight.shape) for weight in model.get_weights()])
    return model


def squares(restored: np.ndarray, good: np.ndarray) -> float:
    return float(np.square(restored - good).mean())


@pytest.mark.parametrize("channels", [1, 3])
def test_denoising_begins_as_the_identity_at_any_size(channels):
    model = small(channels)
    for height, width in SIZES:
        x = COLOR[:, :height, :width, :channels]
        np.testing.assert_array_equal(model(x), x)
        np.testing.assert_array_equal(model.reconstruct(x), x)


@pytest.mark.parametrize(("channels", "scale"), [(1, 2), (3, 3), (3, 4)])
def test_super_resolution_begins_as_bicubic_interpolation(channels, scale):
    model = small(channels, "super_resolution", scale=scale)
    x = COLOR[:, :8, :4, :channels]
    np.testing.assert_allclose(model(x), Enlarging(scale)(x), atol=1e-6)
    for height, width in SIZES:  # what is filled up with a mirrored picture has other edges below and to the right
        x = COLOR[:, :height, :width, :channels]
        inside = np.s_[:, : scale * (height - 2), : scale * (width - 2)]
        assert model(x).shape == (3, scale * height, scale * width, channels)
        np.testing.assert_allclose(model(x)[inside], Enlarging(scale)(x)[inside], atol=1e-6)


def test_colorize_begins_grey_and_keeps_lightness_whatever_its_weights():
    model = small(1, "colorize")
    for height, width in SIZES:
        x = GREY[:, :height, :width]
        np.testing.assert_allclose(model(x), np.repeat(x, 3, axis=-1), atol=1e-6)
    colored = unsettled(model).reconstruct(GREY)
    assert colored.shape == (3, 12, 10, 3)
    assert np.ptp(colored, axis=-1).max() > 0.05  # no longer grey
    np.testing.assert_allclose(lightened(colored), GREY, atol=1e-5)


@pytest.mark.parametrize(
    ("filters", "blocks", "part"), [((4,), (0,), 2), ((4, 8), (1, 0), 4), ((4, 8, 16), (0,) * 3, 8)]
)
def test_a_reconstructs_code_is_small(filters, blocks, part):
    model = small(3, "reconstruct", filters=filters, blocks=blocks)
    assert model.multiple == part
    for height, width in SIZES:
        x = COLOR[:, :height, :width]
        assert model.encode(x).shape == (3, -(-height // part), -(-width // part), 5)
        assert model.reconstruct(x).shape == x.shape


def test_other_codes_hold_the_picture_and_all_levels_at_half_the_size():
    code = small(3).encode(COLOR)
    assert code.shape == (3, 6, 5 + 1, 3 * 4 + 4 + 8 // 4)  # 10 wide is filled up to 12
    np.testing.assert_array_equal(code[:, 1, 2, :3], COLOR[:, 2, 4])  # of four pixels' colors the first


@pytest.mark.parametrize("task", TASKS)
def test_nothing_matters_that_is_further_away_than_reach(task):
    model = unsettled(small(1, task))
    reach, scale = model.reach, model.scale
    middle = reach + 6
    x = RNG.uniform(size=(1, 2 * middle, 2 * middle, 1)).astype("float32")
    other = x.copy()
    other[0, middle, middle] = 1 - other[0, middle, middle]
    changed = np.abs(model(x).numpy() - model(other).numpy()).max(axis=(0, 3)) > 0
    away = np.abs(np.arange(2 * middle * scale) // scale - middle)
    furthest = max(away[changed.any(axis=axis)].max() for axis in (0, 1))
    assert 0.4 * reach < furthest <= reach


@pytest.mark.parametrize("task", ["denoise", "super_resolution"])
def test_an_ensemble_is_the_mean_over_flips_and_turns(task):
    model = unsettled(small(3, task))
    expected = []
    for turns in range(4):
        for flipped in (False, True):
            turned = np.rot90(COLOR[:, :, ::-1] if flipped else COLOR, turns, axes=(1, 2))
            back = np.rot90(model(turned).numpy(), -turns, axes=(1, 2))
            expected.append(back[:, :, ::-1] if flipped else back)
    mean = np.mean(expected, axis=0)
    np.testing.assert_allclose(model.ensemble(COLOR), mean, atol=1e-5)
    np.testing.assert_allclose(model.reconstruct(COLOR, 2, ensemble=True), np.clip(mean, 0, 1), atol=1e-5)
    assert np.abs(mean - model(COLOR)).max() > 1e-3


def test_what_leaves_the_range_is_clipped_in_reconstructions_alone():
    model = unsettled(small(1, blocks=(0, 0)))
    free = model(GREY).numpy()
    assert free.min() < 0 < 1 < free.max()
    np.testing.assert_array_equal(model.reconstruct(GREY), np.clip(free, 0, 1))


def test_endpoints_agree():
    model = unsettled(small(3, "super_resolution"))
    endpoints = model.endpoints()
    image = np.round(255 * COLOR).astype("uint8")
    as_floats = (image / 255).astype("float32")
    called = {name: endpoints[name].call(tf.constant(as_floats)) for name in ("serving_default", "ensemble", "encode")}
    restored = called["serving_default"]["reconstruction"].numpy()
    np.testing.assert_allclose(restored, model.reconstruct(as_floats), atol=1e-6)
    np.testing.assert_allclose(
        called["ensemble"]["reconstruction"], model.reconstruct(as_floats, ensemble=True), atol=1e-6
    )
    decoded = endpoints["decode"].call(called["encode"]["code"])["reconstruction"]
    assert decoded.shape == (3, 36, 36, 3)  # 10 wide is filled up to 12
    np.testing.assert_allclose(decoded[:, :, :30], restored, atol=1e-6)
    in_bytes = endpoints["uint8"].call(tf.constant(image))["reconstruction"].numpy()
    assert in_bytes.dtype == np.uint8
    assert np.abs(in_bytes - 255 * restored).max() <= 0.5 + 1e-3
    geometry = {name: int(value) for name, value in endpoints["geometry"].call().items()}
    assert geometry == {"scale": 3, "multiple": 4, "reach": model.reach}


def test_lone_pictures_are_damaged_and_pairs_and_bytes_are_taken_as_they_are():
    # Too small a step to leave the identity: lone pictures' loss is the noise's variance, that of pairs their own.
    model = small(3, noise=(51,), filters=(4,), blocks=(0,), learning_rate=1e-12)
    in_bytes = np.round(255 * COLOR).astype("uint8")
    good = (in_bytes / 255).astype("float32")
    for x, y, expected, within in [
        (good, None, 0.2**2, 0.1),
        (in_bytes[::-1], in_bytes, squares(good[::-1], good), 1e-5),
    ]:
        history = model.fit(x, y, validation_data=(x, y), verbose=0).history
        assert history["loss"][0] == pytest.approx(expected, rel=within)
        assert history["val_loss"][0] == pytest.approx(expected, rel=within)
    assert model.evaluate(in_bytes, verbose=0) == pytest.approx(model.evaluate(good, verbose=0), rel=1e-5)


def test_each_task_damages_and_scores_in_its_own_way():
    x = COLOR[:, :9]
    np.testing.assert_array_equal(small(3).corrupt(x, 2), Noise((25,)).corrupted(x, 2))
    np.testing.assert_array_equal(small(3, "super_resolution").corrupt(x), Shrinking(3).corrupted(x, 0))
    np.testing.assert_array_equal(small(1, "colorize").corrupt(x), lightened(x))
    np.testing.assert_array_equal(small(3, "reconstruct").corrupt(x), x)
    model = unsettled(small(3, "super_resolution"))
    again = Shrinking(3).corrupted(model.reconstruct(x), 0).numpy()
    np.testing.assert_allclose(model.score(x), [squares(a, b) for a, b in zip(again, x, strict=True)], rtol=1e-5)
    model = unsettled(small(3))
    expected = [squares(a, b) for a, b in zip(model.reconstruct(x), x, strict=True)]
    np.testing.assert_allclose(model.score(x), expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("task", "options"),
    [
        ("denoise", {"gain": 0.05}),
        ("denoise", {"optimizer": "muon", "learning_rate": 0.01}),
        ("super_resolution", {}),
        ("colorize", {}),
        ("reconstruct", {}),
    ],
)
def test_each_task_is_learnt_in_graphs_and_reloaded_with_all_it_had(task, options, tmp_path):
    good = np.linspace(0.2, 0.8, 12, dtype="float32")[None, :, None, None] * np.ones((8, 12, 12, 3), "float32")
    good[..., 0] /= 2  # bluish, and lighter below
    model = small(1 if task == "colorize" else 3, task, filters=(4,), blocks=(0,), average=0.0, **options)
    before = model.evaluate(good, verbose=0)
    model.fit(good, epochs=30, batch_size=8, verbose=0)
    assert model.evaluate(good, verbose=0) < 0.9 * before
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    x = model.corrupt(good)
    np.testing.assert_array_equal(again.corrupt(good), x)
    np.testing.assert_array_equal(again.reconstruct(x), model.reconstruct(x))
    np.testing.assert_array_equal(again.score(x), model.score(x))
    assert (again.scale, again.reach, again.multiple) == (model.scale, model.reach, model.multiple)
    assert again.optimizer.get_config() == model.optimizer.get_config()
    assert again.loss.get_config() == model.loss.get_config()


def test_when_fit_ends_the_weights_are_their_moving_average():
    model = small(1, filters=(4,), blocks=(0,), average=0.5, learning_rate=0.01)
    steps = []
    seen = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: steps.append(model.get_weights()))
    model.fit(GREY, epochs=3, batch_size=3, callbacks=[seen], verbose=0)
    for first, second, third, found in zip(*steps, model.get_weights(), strict=True):
        assert np.abs(third - first).max() > 0
        np.testing.assert_allclose(found, first / 4 + second / 4 + third / 2, atol=1e-6)


@pytest.mark.parametrize(
    ("shape", "options", "message"),
    [
        ((28, 28), {}, r"input_shape must be \(height, width, channels\).*Write \(None, None, 1\) for grey pictures"),
        (
            (None, None, 2),
            {},
            r"input_shape must be one with 1 or 3 channels\. Received: input_shape=\(None, None, 2\)",
        ),
        ((None, None, 3), {"task": "colorize"}, "input_shape must be that of grey pictures for 'colorize'"),
        ((None, None, 1), {"task": "denoize"}, "task must be one of .*Did you mean 'denoise'"),
        ((None, None, 1), {"scale": 5}, "scale must be 2, 3 or 4. Received: scale=5"),
        ((None, None, 1), {"filters": ()}, "filters must be at least one number of filters"),
        ((None, None, 1), {"filters": (48, 90)}, r"filters must be multiples of 1, 4\. Received: filters=\(48, 90\)"),
        ((None, None, 1), {"blocks": (1,)}, r"blocks must be as many numbers as filters, 3\. Received: blocks=\(1,\)"),
        ((None, None, 1), {"blocks": (1, -1, 1)}, "blocks must be an integer of at least 0"),
        ((None, None, 1), {"noise": 25}, r"noise must be a tuple of numbers\. Received: noise=25\. Write \(25,\)"),
        ((None, None, 1), {"optimizer": "sgd"}, "optimizer must be one of 'adam', 'muon'"),
        ((None, None, 1), {"average": 1.0}, "average must be a number of at least 0 and below 1"),
        ((None, None, 1), {"task": "reconstruct", "latent_dim": 0}, "latent_dim must be an integer of at least 1"),
    ],
)
def test_bad_arguments_say_what_was_expected(shape, options, message):
    with pytest.raises(zoo.UsageError, match=message):
        zoo.build("restorer", shape, **options)


def test_pictures_of_another_kind_say_so():
    with pytest.raises(
        zoo.UsageError, match=r"x must have the shape \(n, any, any, 3\)\. Received: shape \(3, 12, 10, 1\)"
    ):
        small(3).reconstruct(GREY)
    assert small(3, "super_resolution").reconstruct(COLOR[:0]).shape == (0, 36, 30, 3)


def test_what_the_scale_does_not_divide_is_cut_off_in_training():
    model = small(3, "super_resolution")
    history = model.fit(COLOR[:, :11], verbose=0).history
    assert np.isfinite(history["loss"]).all()


def test_bytes_are_pictures_everywhere():
    model, x = unsettled(small(3)), np.rint(255 * COLOR).astype("uint8")
    as_floats = (x / 255).astype("float32")
    np.testing.assert_allclose(model.reconstruct(x), model.reconstruct(as_floats), atol=1e-6)
    np.testing.assert_allclose(model.score(x), model.score(as_floats), rtol=1e-5)
    np.testing.assert_allclose(model.corrupt(x), model.corrupt(as_floats), atol=1e-6)


def test_floats_beyond_1_are_refused():
    model = small()
    with pytest.raises(zoo.UsageError, match=r"x must lie in \[0, 1\], or be bytes.*to 255.*Divide by 255"):
        model.fit(255 * GREY / GREY.max())


def test_pictures_weigh_as_told():
    model = small(noise=(0.0,))
    good = np.stack([np.zeros((4, 4, 1)), np.ones((4, 4, 1))]).astype("float32")
    damaged = good + np.array([0.1, 0.3])[:, None, None, None].astype("float32")
    loss = model.evaluate(damaged, good, sample_weight=np.array([1.0, 0.0]), verbose=0, return_dict=True)["loss"]
    assert loss == pytest.approx(0.1**2 / 2, rel=1e-5)
