"""What is usual at each place and in the whole of pictures that show the same, in one light; checked by hand."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from sklearn.decomposition import PCA

import zoo
from zoo import UsageError
from zoo.layers.blur import Blur
from zoo.wrappers.aligned_detector import LEAST, SIDE, WHOLE_BLUR, AlignedDetector
from zoo.wrappers.scaled import Scaled
from zoo.wrappers.surface_detector import SurfaceDetector

LIGHTS = np.linspace(0.1, 0.5, 9, dtype="float32").reshape(9, 1, 1, 1)
X = LIGHTS * (0.5 + np.random.default_rng(0).random((9, 12, 10, 1), "float32"))


@pytest.fixture(scope="module")
def detector():
    """An aligned detector by a mender whose finder follows the pictures."""
    model = zoo.build("mender", (None, None, 1), filters=(4, 8), blocks=(1, 1), seed=0)
    rng = np.random.default_rng(1)
    model.set_weights([rng.normal(scale=0.3, size=weight.shape) for weight in model.get_weights()])
    return AlignedDetector(model, rank=3, threshold=5.0).align(X)


def lit(x):
    """The pictures in the light of the middle one of `X`."""
    return np.minimum(np.median(X.mean(axis=(1, 2, 3))) / x.mean(axis=(1, 2, 3), keepdims=True) * x, 1)


def test_each_place_is_judged_by_what_is_usual_there_and_by_what_pca_cannot_give_back(detector):
    assert detector.threshold == np.inf
    near = SurfaceDetector(detector.model).map(lit(X))[..., None]
    usual = tf.reduce_mean(tf.image.resize(near, (24, 24), "area"), 0)
    usual = tf.image.resize(usual + LEAST * tf.reduce_mean(usual), (12, 10))
    shrunk = tf.image.resize(lit(X), (SIDE, SIDE), antialias=True).numpy().reshape(9, -1)
    rest = shrunk - (pca := PCA(3).fit(shrunk)).inverse_transform(pca.transform(shrunk))
    far = Blur(WHOLE_BLUR)(np.square(rest).reshape(9, SIDE, SIDE)).numpy()
    far = far / (far.mean(axis=0) + LEAST * far.mean())
    expected = np.sqrt(near / usual) + np.sqrt(tf.image.resize(far[..., None], (12, 10)))
    np.testing.assert_allclose(detector.map(X), expected[..., 0], rtol=1e-3)


def test_the_light_in_which_a_picture_was_taken_counts_nothing(detector):
    np.testing.assert_allclose(detector.map(X / 4), detector.map(X), rtol=1e-3)
    assert np.isfinite(detector.map(np.zeros_like(X))).all()


def test_other_sizes_and_bytes_are_taken_and_what_is_no_number_is_infinite(detector):
    assert detector.map(X[:, :5]).shape == (9, 5, 10)
    as_bytes = np.rint(255 * X).astype("uint8")
    in_bytes = AlignedDetector(detector.model, rank=3).align(as_bytes)
    exact = AlignedDetector(detector.model, rank=3).align(as_bytes / np.float32(255))
    np.testing.assert_allclose(in_bytes.map(as_bytes), exact.map(as_bytes), rtol=1e-4)
    x = X.copy()
    x[2, 3, 4] = np.nan
    assert np.argwhere(np.isinf(detector.map(x))).tolist() == [[2, 3, 4]]


def test_too_few_pictures_are_refused(detector):
    with pytest.raises(UsageError, match="more samples than directions, 300"):
        AlignedDetector(detector.model).align(X)


def test_its_config_makes_it_again(detector):
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(detector))
    assert (again.rank, again.share, again.blur) == (3, 0.01, 1.0)


LOAD = """
import sys, numpy as np, zoo
kept = np.load(sys.argv[1] + "/kept.npz")
model = zoo.load(sys.argv[1])
assert np.array_equal(model.map(kept["raw"]), kept["map"])
assert np.array_equal(model.detect(kept["raw"]), kept["found"])
"""


def test_of_raw_pixels_it_is_exported_loaded_and_judges_alike_at_any_size(detector, tmp_path, fresh_python):
    detector.calibrate(X, 0.3)
    outer, raw = Scaled(detector, 255), 255 * X
    zoo.export(outer, tmp_path, examples=raw[:2])
    signatures = tf.saved_model.load(tmp_path / "saved_model").signatures
    for height in (12, 5):
        found = signatures["map"](x=tf.constant(raw[:, :height]))
        np.testing.assert_allclose(found["map"], detector.map(X[:, :height]), rtol=1e-3)
        np.testing.assert_allclose(found["score"], outer.score(raw[:, :height]), rtol=1e-3)
    np.savez(tmp_path / "kept.npz", raw=raw, map=outer.map(raw), found=outer.detect(raw))
    run = fresh_python("-c", LOAD, tmp_path)
    assert run.returncode == 0, run.stderr
