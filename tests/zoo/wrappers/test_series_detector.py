"""What finds anomalous steps in a series of any length: scores by hand, thresholds, exports, and what is refused."""

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

import zoo
from zoo import UsageError
from zoo.wrappers.series_detector import SeriesDetector

MEAN, SCALE, COLUMNS = [100.0, -5.0], [10.0, 0.5], ("flow (l/min)", "height")


def zeros(window=4, **options):
    """A detector whose model reconstructs 0, the mean: errors are the squares of standardized values."""
    inner = zoo.build("vanilla", (window, 2), latent_dim=1, output="series")
    for weight in inner.weights:
        weight.assign(np.zeros(weight.shape))
    return SeriesDetector(inner, MEAN, SCALE, COLUMNS, **options)


def raw(standardized):
    return np.asarray(standardized) * SCALE + MEAN


def smoothed(squares, window):
    """The geometric mean over the windows that hold a step of their means, by loops."""
    means = [squares[i : i + window].mean(axis=0) for i in range(len(squares) - window + 1)]
    holding = [range(max(0, t - window + 1), min(t, len(means) - 1) + 1) for t in range(len(squares))]
    return np.array([np.exp(np.mean([np.log(means[i] + 1e-12) for i in each], axis=0)) for each in holding])


@pytest.fixture(scope="module")
def x():
    return np.random.default_rng(0).normal(size=(30, 2))


def test_errors_contributions_and_scores_by_hand(x):
    detector = zeros(usual=[0.5, 2.0])
    errors = smoothed(np.square(x), 4)
    np.testing.assert_allclose(detector.errors(raw(x)), errors, rtol=1e-3)
    np.testing.assert_allclose(detector.contributions(raw(x)), errors / [0.5, 2.0] / 2, rtol=1e-3)
    np.testing.assert_allclose(detector.score_series(raw(x)), (errors / [0.5, 2.0]).mean(axis=1), rtol=1e-3)


def test_calibration_makes_usual_errors_1_and_sets_the_kth_smallest_score(x):
    detector = zeros().calibrate([raw(x), raw(3 * x[:12])], 0.1)
    errors = np.concatenate([smoothed(np.square(x), 4), smoothed(np.square(3 * x[:12]), 4)])
    np.testing.assert_allclose(detector.usual, errors.mean(axis=0), rtol=1e-3)
    scores = np.sort((errors / errors.mean(axis=0)).mean(axis=1))
    assert detector.threshold == pytest.approx(scores[39 - 1], rel=1e-3)  # ceil(43 * 0.9) of 42
    assert detector.detect(raw(x)).tolist() == (detector.score_series(raw(x)) > detector.threshold).tolist()
    usual = zeros().calibrate([raw(x), raw(3 * x[:12])])
    assert usual.threshold == pytest.approx(4 / 3 * np.quantile(scores, 0.999), rel=1e-3)


def test_a_channel_that_is_constant_counts_as_a_hundredth_of_the_others(x):
    flat = np.stack([x[:, 0], np.zeros(30)], axis=1)
    detector = zeros().calibrate([raw(flat)])
    assert detector.usual[1] == pytest.approx(0.01 * detector.usual[0] / 2)
    assert np.isfinite(zeros().calibrate([raw(0 * x)]).threshold)


def test_a_step_without_a_number_is_an_anomaly_and_its_neighbors_are_scored_as_if_it_were_the_mean(x):
    detector = zeros(threshold=1e9)
    broken, meant = raw(x), raw(x)
    broken[7, 1], broken[12, 0], broken[20, 1] = np.nan, np.inf, 1e300
    meant[7, 1], meant[12, 0], meant[20, 1] = MEAN[1], MEAN[0], MEAN[1]
    assert np.flatnonzero(detector.detect(broken)).tolist() == [7, 12, 20]
    contributions, others = detector.contributions(broken), np.ones((30, 2), bool)
    others[[7, 12, 20], [1, 0, 1]] = False
    assert np.isinf(contributions[~others]).all()
    np.testing.assert_allclose(contributions[others], detector.contributions(meant)[others], rtol=1e-5)


@pytest.mark.parametrize("steps", [0, 1, 3])
def test_shorter_than_a_window_it_is_continued_by_its_last_step(steps, x):
    longer = np.concatenate([x[:steps], np.repeat(x[steps - 1 : steps], 4 - steps, axis=0)])
    expected = smoothed(np.square(longer), 4)[:steps]
    np.testing.assert_allclose(zeros().errors(raw(x[:steps])), expected.reshape(steps, 2), rtol=1e-3)


@pytest.fixture(scope="module")
def trained():
    """A recurrent detector of two sines."""
    inner = zoo.build("recurrent", (8, 2), latent_dim=3, hidden_units=(6,), output="series", seed=0)
    return SeriesDetector(inner, MEAN, SCALE, COLUMNS, stride=3, time="when", interval=2.5).calibrate([sines(100)], 0.2)


def sines(steps):
    return raw(np.sin(np.arange(steps)[:, None] / [2, 3])).astype("float32")


@pytest.fixture(scope="module")
def folder(trained, tmp_path_factory):
    examples = np.stack([sines(8), sines(9)[1:]])
    return zoo.export(
        trained, tmp_path_factory.mktemp("series") / "e", formats=["saved_model", "keras"], examples=examples
    )


def test_the_saved_model_scores_a_raw_series_of_any_length_alone(trained, folder, fresh_python):
    run = fresh_python("-I", "serving/verify.py", folder)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "detect(series (19, 2)) -> contribution (19, 2)" in run.stdout
    loaded = tf.saved_model.load(folder / "saved_model")
    signatures = loaded.signatures
    names, inputs = (signatures["columns"]()[key].numpy() for key in ("name", "input"))
    assert [name.decode() for name in names] == list(COLUMNS)
    for steps in (0, 1, 5, 8, 50, 2000):
        series = sines(steps)
        found = signatures["detect"](series=tf.constant(series))
        np.testing.assert_allclose(found["score"], trained.score_series(series), rtol=1e-4)
        named = signatures["named"](**{i.decode(): tf.constant(c) for i, c in zip(inputs, series.T, strict=True)})
        np.testing.assert_array_equal(named["score"], found["score"])
        assert found["is_anomaly"].numpy().tolist() == trained.detect(series).tolist()
    about = {key: value.numpy().tolist() for key, value in signatures["window"]().items()}
    assert about == {"steps": 8, "stride": 3, "time": [b"when"], "interval": 2.5}


RELOAD = """
import sys
import numpy as np
import zoo

kept = np.load(sys.argv[1])
for folder in sys.argv[2:]:
    model = zoo.load(folder)
    assert np.array_equal(model.errors(kept["series"]), kept["errors"]), folder
    assert list(model.usual) == list(kept["usual"])
    assert (model.threshold, model.stride, model.time) == (kept["threshold"], 3, "when")
"""


def test_it_comes_back_in_a_fresh_process_from_either_format(trained, folder, tmp_path, fresh_python):
    formats = ("saved_model", "model.keras")
    for i, name in enumerate(formats):
        (tmp_path / str(i)).mkdir()
        (tmp_path / str(i) / name).symlink_to(folder / name)
    series = sines(50)
    values = {"errors": trained.errors(series), "threshold": trained.threshold, "usual": trained.usual}
    np.savez(tmp_path / "kept.npz", series=series, **values)
    run = fresh_python("-c", RELOAD, tmp_path / "kept.npz", *(tmp_path / str(i) for i in range(len(formats))))
    assert run.returncode == 0, run.stderr


def test_frames_are_taken_by_their_columns_and_others_are_refused(trained):
    frame = pd.DataFrame(sines(20), columns=COLUMNS)
    mixed = frame.assign(more=1.0)[["more", "height", "flow (l/min)"]]
    np.testing.assert_array_equal(trained.errors(mixed), trained.errors(sines(20)))
    with pytest.raises(UsageError, match="Received: 'height' 0 times"):
        trained.errors(frame.rename(columns={"height": "hight"}))
    with pytest.raises(UsageError, match=r"series must have the shape \(n, 2\). Received: shape \(20, 3\)"):
        trained.errors(np.zeros((20, 3)))


def test_raw_windows_are_trained_on_and_reconstructed(trained):
    windows = np.stack([sines(20)[i : i + 8] for i in range(12)])
    again = SeriesDetector(zoo.build("vanilla", (8, 2), latent_dim=2, output="series", seed=0), MEAN, SCALE)
    before = again.score(windows).mean()
    again.fit(windows, epochs=20, verbose=0)
    assert again.score(windows).mean() < before
    assert again.reconstruct(windows).shape == windows.shape
    assert "named" not in again.endpoints()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"stride": 5}, "stride must be at most 4"),
        ({"stride": 0}, "stride must be an integer of at least 1"),
        ({"usual": [1.0]}, "usual must be 2 numbers, one for each channel"),
        ({"columns": ("a", "a")}, "columns must be 2 names, each another"),
    ],
)
def test_bad_arguments_say_what_was_expected(options, told):
    inner = zoo.build("vanilla", (4, 2), latent_dim=1, output="series")
    with pytest.raises(UsageError, match=told):
        SeriesDetector(inner, MEAN, SCALE, **options)
    with pytest.raises(UsageError, match="normal must be finite"):
        SeriesDetector(inner, MEAN, SCALE).calibrate([np.full((9, 2), np.nan)])
