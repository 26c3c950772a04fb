"""What a detector adds to a model: a score, a threshold with a promise, and a signature; checked by hand."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

import zoo
from zoo import UsageError
from zoo.wrappers.detector import Detector
from zoo.wrappers.detectors import Detectors
from zoo.wrappers.resized import Resized
from zoo.wrappers.scaled import Scaled
from zoo.wrappers.standardized import Standardized


@pytest.fixture(scope="module")
def x():
    return np.random.default_rng(0).random((40, 6, 5), "float32")


def model(shape=(6, 5), **options):
    return zoo.build("vanilla", shape, latent_dim=2, **options)


def test_without_blur_the_score_is_the_mean_squared_error(x):
    one = model(seed=0)
    np.testing.assert_allclose(Detector(one).score(x), one.score(x), rtol=1e-5)
    assert Detector(one).score(x[:0]).shape == (0,)


def test_the_score_is_that_of_the_blurred_error_in_any_batches(x):
    detector = Detector(model(seed=0), blur=0.8)
    error = detector.blurred(x - detector.model.reconstruct(x)).numpy()
    np.testing.assert_allclose(detector.score(x), np.square(error).mean(axis=(1, 2)), rtol=1e-4)
    np.testing.assert_allclose(detector.score(x, batch_size=7), detector.score(x), rtol=1e-5)


def test_a_relative_score_is_the_error_over_both_lengths(x):
    one = model(seed=0)
    a, b = (np.sqrt(np.square(values).mean(axis=(1, 2))) for values in (x, one.reconstruct(x)))
    np.testing.assert_allclose(Detector(one, relative=True).score(x), one.score(x) / (a * b), rtol=1e-4)


def test_a_relative_score_does_not_change_with_brightness(x):
    detector = Detector(model(), blur=1.0, relative=True)
    np.testing.assert_allclose(detector.compare(x, x[::-1]), detector.compare(x / 2, x[::-1] / 2), rtol=1e-3)


def test_an_empty_picture_is_no_division_by_0(x):
    score = Detector(model(seed=0), relative=True).score(np.concatenate([x, 0 * x[:1]]))
    assert np.isfinite(score).all()
    assert score[-1] > score[:-1].max()


class Constant(Detector):
    """Scores a sample by its first value."""

    def score(self, x, batch_size=1024):
        return x[:, 0]


@pytest.mark.parametrize(
    ("n", "false_alarms", "threshold"), [(19, 0.05, 19), (20, 0.05, 20), (39, 0.05, 38), (9, 0.3, 7)]
)
def test_the_threshold_is_the_kth_smallest_of_n_scores(n, false_alarms, threshold):
    # k = ceil((n + 1)(1 - alpha)) of the scores 1, ..., n
    scores = np.random.default_rng(0).permutation(n)[:, None] + 1.0
    detector = Constant(model((1,))).calibrate(scores, false_alarms)
    assert detector.threshold == threshold
    assert detector.detect(scores).tolist() == (scores[:, 0] > threshold).tolist()


def test_new_normal_samples_raise_so_many_false_alarms():
    rng = np.random.default_rng(0)
    detector = Constant(model((1,)))
    rates = [
        detector.calibrate(rng.normal(size=(99, 1)), 0.1).detect(rng.normal(size=(1000, 1))).mean() for _ in range(300)
    ]
    assert np.mean(rates) == pytest.approx(0.1, abs=0.006)  # the promise is met with equality: k = 90 of 99


def test_too_few_samples_for_so_few_false_alarms_are_told(x):
    with pytest.raises(UsageError, match="needs at least 99 normal samples"):
        Detector(model()).calibrate(x, 0.01)


def test_endpoints_take_raw_values_and_give_the_same_scores(x):
    detector = Detector(model(seed=0), blur=1.0, relative=True).calibrate(x, 0.2)
    endpoints = Scaled(detector, 255).endpoints()
    found = endpoints["detect"].call(tf.constant(x * 255))
    np.testing.assert_allclose(found["score"], detector.score(x), rtol=1e-4)
    assert found["is_anomaly"].dtype == tf.bool
    away = np.abs(detector.score(x) - detector.threshold) > 1e-6
    np.testing.assert_array_equal(found["is_anomaly"].numpy()[away], detector.detect(x)[away])
    np.testing.assert_allclose(endpoints["score"].call(tf.constant(x * 255))["score"], found["score"])
    assert endpoints.keys() == {"serving_default", "encode", "decode", "score", "detect"}


def test_several_answer_by_their_index(x):
    each = [Detector(model(seed=seed), blur=1.0).calibrate(x, 0.2) for seed in range(3)]
    endpoints = Detectors(each).endpoints()
    for i, detector in enumerate(each):
        found = endpoints["detect"].call(tf.constant(x), tf.constant(i))
        np.testing.assert_allclose(found["score"], detector.score(x), rtol=1e-4)
        code = endpoints["encode"].call(tf.constant(x), tf.constant(i))["code"]
        np.testing.assert_allclose(code, detector.encode(x), atol=1e-5)
    assert Detectors(each).count_params() == 3 * each[0].count_params()


@pytest.mark.parametrize("normal", [-1, 3])
def test_an_index_without_a_detector_is_an_error(normal, x, tmp_path):
    zoo.export(Detectors([Detector(model()) for _ in range(3)]), tmp_path, formats=["saved_model"])
    detect = tf.saved_model.load(tmp_path / "saved_model").signatures["detect"]
    assert detect(x=tf.constant(x), normal=tf.constant(2))["score"].shape == (40,)
    with pytest.raises(tf.errors.InvalidArgumentError, match="normal must be one of"):
        detect(x=tf.constant(x), normal=tf.constant(normal))


def raw_table():
    mean, scale = np.array([1000.0, -5.0, 0.0]), np.array([100.0, 0.1, 2.0])
    return (np.random.default_rng(0).normal(size=(30, 3)) * scale + mean).astype("float32"), mean, scale


@pytest.mark.parametrize("tied", [False, True])
def test_a_standardised_model_takes_raw_values(tied):
    raw, mean, scale = raw_table()
    inner = zoo.build("sparse", (3,), latent_dim=2, output="real", tied=tied, seed=0)
    outer, z = Standardized(inner, mean, scale), ((raw - mean) / scale).astype("float32")
    np.testing.assert_allclose(outer.reconstruct(raw), inner.reconstruct(z) * scale + mean, rtol=1e-4)
    np.testing.assert_allclose(outer(raw), outer.reconstruct(raw), rtol=1e-6)
    np.testing.assert_allclose(outer.score(raw), inner.score(z), rtol=1e-3)
    np.testing.assert_allclose(outer.encode(raw), inner.encode(z), atol=1e-3)
    endpoints = outer.endpoints()
    np.testing.assert_allclose(endpoints["score"].call(tf.constant(raw))["score"], outer.score(raw), rtol=1e-5)
    found = endpoints["serving_default"].call(tf.constant(raw))["reconstruction"]
    np.testing.assert_allclose(found, outer.reconstruct(raw), rtol=1e-6)
    assert outer.count_params() == inner.count_params()


def test_columns_and_numbers_that_do_not_fit_are_told():
    with pytest.raises(UsageError, match="of one shape"):
        Standardized(model((3,), output="real"), [0, 0, 0], [1, 1])
    with pytest.raises(UsageError, match="scale must be a number above 0"):
        Standardized(model((3,), output="real"), [0, 0, 0], [1, 1, 0])


def test_what_each_column_adds_makes_up_the_score():
    raw, mean, scale = raw_table()
    inner = Detector(model((3,), output="real", seed=0))
    endpoints = Standardized(inner, mean, scale).endpoints()
    reconstruction, score, added = (
        endpoints[name].call(tf.constant(raw))[key].numpy()
        for name, key in (("serving_default", "reconstruction"), ("score", "score"), ("contributions", "contribution"))
    )
    np.testing.assert_allclose(added, np.square((raw - reconstruction) / scale) / 3, rtol=1e-2, atol=1e-4)
    np.testing.assert_allclose(added.sum(axis=1), score, rtol=1e-4)
    z = np.array([[np.nan, 0, 0], [0, -np.inf, 0]], "float32")
    infinite = inner.endpoints()["contributions"].call(tf.constant(z))["contribution"].numpy()
    np.testing.assert_array_equal(infinite, [[np.inf, 0, 0], [0, np.inf, 0]])
    assert "contributions" not in Detector(model(seed=0)).endpoints(), "of pictures"


LOAD = """
import sys, numpy as np, tensorflow as tf, zoo
kept = np.load(sys.argv[1] + "/kept.npz")
model = zoo.load(sys.argv[1])
assert np.array_equal(model.score(kept["raw"]), kept["score"])
assert [d.threshold for d in model.model.detectors] == kept["thresholds"].tolist()
zoo.export(model, sys.argv[1] + "/again", examples=kept["raw"][:3])
detect = tf.saved_model.load(sys.argv[1] + "/again/saved_model").signatures["detect"]
found = detect(x=tf.constant(kept["raw"]), normal=tf.constant(0))
np.testing.assert_allclose(found["score"], kept["score"], rtol=1e-5)
"""


def test_all_three_wrappers_are_saved_loaded_and_exported_together(tmp_path, fresh_python):
    raw, mean, scale = raw_table()
    z = ((raw - mean) / scale).astype("float32")
    each = [Detector(model((3,), output="real", seed=seed)).calibrate(z, 0.1) for seed in range(2)]
    outer = Standardized(Detectors(each), mean, scale)
    zoo.export(outer, tmp_path)
    np.savez(tmp_path / "kept.npz", raw=raw, score=outer.score(raw), thresholds=[one.threshold for one in each])
    run = fresh_python("-c", LOAD, tmp_path)
    assert run.returncode == 0, run.stderr


WRAPPED = {
    "detector": lambda one: one,
    "relative and blurred": lambda one: Detector(one.model, 1.0, True).calibrate(PICTURES, 0.2),
    "raw pixels": lambda one: Scaled(one, 1.0),
    "any size": lambda one: Resized(one),
    "standardized": lambda one: Standardized(one, 0.0, 1.0),
    "several": lambda one: Detectors([one, one]),
    "several of raw pixels": lambda one: Scaled(Detectors([one, one]), 1.0),
    "no threshold": lambda one: Detector(one.model),
}
PICTURES = np.random.default_rng(0).random((40, 6, 5), "float32")


@pytest.fixture(scope="module")
def calibrated():
    return Detector(model(seed=0)).calibrate(PICTURES, 0.2)


@pytest.mark.parametrize("name", WRAPPED)
def test_what_is_no_number_is_an_anomaly_in_an_export_and_in_python(name, calibrated, tmp_path):
    wrapped = WRAPPED[name](calibrated)
    zoo.export(wrapped, tmp_path)
    detect = tf.saved_model.load(tmp_path / "saved_model").signatures["detect"]
    broken = np.repeat(PICTURES[:1], 4, axis=0)
    broken[1, 2, 3], broken[2, 5, 0], broken[3, 0, 4] = np.nan, np.inf, -np.inf
    which = {"normal": tf.constant(1)} if name.startswith("several") else {}
    found = detect(x=tf.constant(broken), **which)
    assert found["is_anomaly"].numpy().tolist()[1:] == [True, True, True]
    assert found["score"].numpy().tolist()[1:] == [np.inf, np.inf, np.inf]
    assert np.isfinite(found["score"][0])
    assert wrapped.score(broken).tolist()[1:] == [np.inf, np.inf, np.inf]
    if not which:
        np.testing.assert_array_equal(wrapped.detect(broken), found["is_anomaly"])


@settings(max_examples=20, deadline=None)
@given(
    place=st.tuples(st.integers(0, 5), st.integers(0, 4)),
    value=st.sampled_from([np.nan, np.inf, -np.inf]),
    row=st.integers(0, 3),
)
def test_one_value_that_is_no_number_makes_its_own_sample_an_anomaly_and_no_other(place, value, row, calibrated):
    x = PICTURES[:4].copy()
    x[row, *place] = value
    others = np.arange(4) != row
    found = calibrated.endpoints()["detect"].call(tf.constant(x))["is_anomaly"].numpy()
    assert found[row]
    np.testing.assert_array_equal(found[others], calibrated.detect(PICTURES[:4])[others])
    np.testing.assert_array_equal(calibrated.detect(x), found)


def test_normal_samples_that_are_no_numbers_cannot_calibrate():
    broken = np.where(PICTURES > 0.99, np.nan, PICTURES)
    with pytest.raises(UsageError, match="must be finite"):
        Detector(model(seed=0)).calibrate(broken, 0.2)
