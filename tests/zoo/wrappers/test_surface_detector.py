"""A map of where a picture is unusual, its highest value and the rule; checked by hand."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy.ndimage import gaussian_filter

import zoo
from zoo import UsageError
from zoo.wrappers.scaled import Scaled
from zoo.wrappers.surface_detector import SurfaceDetector

X = np.random.default_rng(0).random((9, 12, 10, 1), "float32")
SMALL = {"filters": (4, 8), "blocks": (1, 1), "seed": 0}


@pytest.fixture(scope="module")
def detector():
    """A detector by a mender whose finder follows the pictures, with a threshold that some of them are above."""
    model = zoo.build("mender", (None, None, 1), **SMALL)
    rng = np.random.default_rng(1)
    model.set_weights([rng.normal(scale=0.3, size=weight.shape) for weight in model.get_weights()])
    return SurfaceDetector(model, blur=1.0).calibrate(X, 0.3)


def test_the_map_is_the_blurred_surprise_over_what_lies_inside(detector):
    unusual = np.asarray(detector.model.unusual(X))
    options = {"sigma": (0, 1, 1), "mode": "constant", "truncate": 10}
    inside = gaussian_filter(np.ones_like(unusual), **options)
    np.testing.assert_allclose(detector.map(X), gaussian_filter(unusual, **options) / inside, rtol=1e-4)
    np.testing.assert_allclose(SurfaceDetector(detector.model, blur=0.0).map(X), unusual, rtol=1e-5)


def test_the_score_is_the_maps_highest_value_and_the_threshold_the_kth_smallest(detector):
    scores = detector.score(X)
    np.testing.assert_allclose(scores, detector.map(X).max(axis=(1, 2)), rtol=1e-6)  # 0.2% of 120 pixels is one
    assert detector.threshold == np.sort(scores)[6]  # ceil(10 * 0.7) = 7 of 9
    np.testing.assert_array_equal(detector.detect(X), scores > detector.threshold)
    np.testing.assert_allclose(detector.map(X, batch_size=2), detector.map(X), atol=1e-5)
    assert detector.score(X[:0]).shape == (0,)


def test_of_several_pixels_the_highest_count_together(detector):
    maps = np.arange(40.0, dtype="float32").reshape(2, 4, 5)
    one = SurfaceDetector(detector.model, share=0.1)
    assert np.asarray(one.highest(maps)).tolist() == [18.5, 38.5]
    assert np.asarray(SurfaceDetector(detector.model, share=1.0).highest(maps)).tolist() == [9.5, 29.5]
    with pytest.raises(UsageError, match="share must be a number from 0 to 1"):
        SurfaceDetector(detector.model, share=1.5)


def test_bytes_and_pictures_of_another_size_are_taken_as_they_are(detector):
    as_bytes = np.rint(255 * X[:, :7]).astype("uint8")
    np.testing.assert_allclose(detector.map(as_bytes), detector.map((as_bytes / 255).astype("float32")), rtol=1e-4)


def test_without_a_finder_it_is_what_the_loss_sees(detector):
    model = zoo.build("restorer", (None, None, 1), task="reconstruct", **SMALL)
    squares = np.square(model.reconstruct(X) - X)[..., 0]
    np.testing.assert_allclose(SurfaceDetector(model, blur=0.0).map(X), squares, atol=1e-6)
    model = zoo.build("restorer", (None, None, 1), task="reconstruct", loss="ssim", **SMALL)
    unlike = np.asarray(model.loss.call(X, model.reconstruct(X)))
    np.testing.assert_allclose(SurfaceDetector(model, blur=0.0).map(X), unlike, atol=1e-5)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_infinite_in_the_map_and_an_anomaly(detector, value):
    x = X.copy()
    x[2, 3, 4] = value
    without = np.where(np.isfinite(x), x, 0)
    found, expected = detector.map(x), detector.map(without)
    assert np.isinf(found[2, 3, 4])
    expected[2, 3, 4] = np.inf
    np.testing.assert_array_equal(found, expected)
    assert detector.detect(x)[2]
    graph = tf.function(detector.endpoints()["map"].call, autograph=False)(tf.constant(x))
    assert graph["is_anomaly"].numpy()[2]
    np.testing.assert_array_equal(graph["is_anomaly"], detector.detect(x))


def test_a_model_that_makes_other_pictures_is_refused():
    for task in ("super_resolution", "colorize"):
        model = zoo.build("restorer", (None, None, 1), task=task, **SMALL)
        with pytest.raises(UsageError, match="one whose pictures come back in their own size and colors"):
            SurfaceDetector(model)


LOAD = """
import sys, numpy as np, zoo
kept = np.load(sys.argv[1] + "/kept.npz")
model = zoo.load(sys.argv[1])
assert np.array_equal(model.score(kept["raw"]), kept["score"])
assert np.array_equal(model.map(kept["raw"]), kept["map"])
assert model.model.threshold == kept["threshold"]
"""


def test_of_raw_pixels_it_is_exported_loaded_and_judges_alike_at_any_size(detector, tmp_path, fresh_python):
    outer, raw = Scaled(detector, 255), 255 * X
    zoo.export(outer, tmp_path, examples=raw[:2])
    signatures = tf.saved_model.load(tmp_path / "saved_model").signatures
    assert set(signatures) == {"serving_default", "encode", "decode", "score", "detect", "map"}
    for height in (12, 5):
        found = signatures["map"](x=tf.constant(raw[:, :height]))
        np.testing.assert_allclose(found["map"], detector.map(X[:, :height]), rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(found["score"], outer.score(raw[:, :height]), rtol=1e-4)
    away = np.abs(detector.score(X) - detector.threshold) > 1e-4  # one of the scores is the threshold
    found = signatures["detect"](x=tf.constant(raw))["is_anomaly"]
    np.testing.assert_array_equal(found.numpy()[away], detector.detect(X)[away])
    restored = signatures["serving_default"](x=tf.constant(raw))["reconstruction"]
    for again in (255 * detector.reconstruct(X), outer.reconstruct(raw)):
        np.testing.assert_allclose(restored, again, rtol=1e-3, atol=1e-2)
    np.savez(tmp_path / "kept.npz", raw=raw, score=outer.score(raw), map=outer.map(raw), threshold=detector.threshold)
    run = fresh_python("-c", LOAD, tmp_path)
    assert run.returncode == 0, run.stderr


def test_its_config_makes_it_again(detector):
    config = keras.saving.serialize_keras_object(detector)
    again = keras.saving.deserialize_keras_object(config)
    assert (again.blur, again.share, again.threshold) == (1.0, 0.002, detector.threshold)
