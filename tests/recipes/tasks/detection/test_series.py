"""The anomaly recipe on series, in miniature: numbers, events, an export that scores any length, what is refused."""

import csv
import dataclasses
import json

import numpy as np
import pytest
import tensorflow as tf

from recipes import anomaly
from recipes.data import series
from recipes.tasks.detection import by_step
from recipes.tasks.detection.by_step import held
from zoo import UsageError

STEPS, BAD = 300, slice(200, 230)


def written(folder, seed, label=True):
    """A file of two channels, a slow and a quick wave, the second of which lies too high from step 200 to 229."""
    rng = np.random.default_rng(seed)
    x = np.sin(np.arange(STEPS)[:, None] / [5, 3]) + 0.05 * rng.normal(size=(STEPS, 2))
    x[BAD, 1] += 3
    bad = np.zeros(STEPS, int)
    bad[BAD] = 1
    head = "when;flow (l/min);speed" + (";bad" if label else "")
    lines = [f"2026-01-01 00:{i // 60:02d}:{i % 60:02d};{a:.4f};{b:.4f}" for i, (a, b) in enumerate(x)]
    lines = [f"{line};{flag}" for line, flag in zip(lines, bad, strict=True)] if label else lines
    file = folder / f"{seed}.csv"
    file.write_text("\n".join([head, *lines]) + "\n")
    return file


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("series") / "plant"
    (made / "east").mkdir(parents=True)
    written(made, 1)
    written(made / "east", 2)
    return made


def config(data, out, **options):
    small = {
        "model": "vanilla",
        "epochs": 40,
        "window": 8,
        "train_steps": 150,
        "hyperparameters": {"latent_dim": 4, "activation": "linear"},
    }
    return anomaly.Config(**{"data": str(data), "time": "when", "out": out, **small, **options})


@pytest.fixture(scope="module")
def run(folder, tmp_path_factory):
    """The recipe's numbers and export."""
    out = tmp_path_factory.mktemp("run") / "export"
    return anomaly.run(config(folder, out, label="bad")), out


def test_steps_are_measured_and_drawn(run):
    numbers, out = run
    assert numbers.keys() == {"f1", "false_alarms", "missed", "vus_pr", "auroc", "average_precision"}
    assert numbers["missed"] < 0.1
    assert numbers["vus_pr"] > 0.8
    files = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
    figures = {f"figures/{name}.png" for name in ("series", "scores", "curves")}
    assert {"card.md", "metrics.json", "inputs.json", "events.csv", "golden.npz", *figures} <= files
    record = json.loads((out / "metrics.json").read_text())
    names = {row["name"] for row in record["baselines"]}
    assert names == {"PCA on windows", "isolation forest on windows", "k nearest windows", "moving z-score"}
    assert record["model"]["hyperparameters"]["output"] == "series"
    assert "--time when" in record["command"]


def test_events_say_when_and_which_channel(run):
    with (run[1] / "events.csv").open() as opened:
        found = [row for row in csv.DictReader(opened) if float(row["score"]) > 10]
    assert [row["file"].rpartition("plant/")[2] for row in found] == ["1.csv", "east/2.csv"]
    for row in found:
        assert row["channel"] == "speed"
        assert "2026-01-01 00:03:12" <= row["start"] <= "2026-01-01 00:03:20" <= row["peak"] <= row["end"]
        assert row["end"] <= "2026-01-01 00:03:58"


def test_the_export_alone_gives_the_measured_numbers(run, folder, fresh_python):
    numbers, out = run
    data = series.load(folder, "when", window=8, train_steps=150, label="bad")
    detect = tf.saved_model.load(out / "saved_model").signatures["detect"]
    scores, flags = [], []
    for one in data.recordings:
        found = detect(series=tf.constant(one.x, tf.float32))
        scores.append(found["score"].numpy())
        flags.append(found["is_anomaly"].numpy())
    threshold = min(score[flag].min() for score, flag in zip(scores, flags, strict=True)) - 1e-6
    assert by_step.numbers(data, scores, threshold) == pytest.approx(numbers, abs=1e-5)
    check = fresh_python("-I", "serving/verify.py", out)
    assert check.returncode == 0, check.stdout + check.stderr
    inputs = json.loads((out / "inputs.json").read_text())["series"]
    assert (inputs["columns"], inputs["time"], inputs["interval"]) == (["flow (l/min)", "speed"], "when", 1.0)


def test_the_card_says_what_was_normal_and_what_to_call(run):
    card = (run[1] / "card.md").read_text()
    for text in (
        "the first 150 steps of each of 2 files are taken as normal: of these 240 steps train",
        'model.signatures["named"]',
        "lies a third above what the scores of the steps that validate reach",
        "alarms with at most 8 steps between them are one",
        "labels have buffers of up to 8 steps",
        "| `detect` | `series` (batch, 2) | `score` (batch), `is_anomaly` (batch) bool, `contribution` (batch, 2) |",
    ):
        assert text in card, text
    assert card.count("`vus_pr`:") == 2  # what it is, and how it compares


def test_a_series_without_labels_says_what_cannot_be_measured(tmp_path):
    file = written(tmp_path, 3, label=False)
    lines = file.read_text().splitlines()
    lines[280], lines[290] = lines[280].rpartition(";")[0] + ";", lines[290].rpartition(";")[0] + ";1e300"
    file.write_text("\n".join(lines))
    numbers = anomaly.run(config(file, tmp_path / "out", false_alarms=0.2, epochs=2))
    assert numbers.keys() == {"flagged"}
    with (tmp_path / "out/events.csv").open() as opened:
        assert [row["share"] for row in csv.DictReader(opened) if row["score"] == "inf"] in (["1"], ["1", "1"])
    card = (tmp_path / "out/card.md").read_text()
    assert "There are no labels: the first steps of each file were taken as normal" in card
    assert "a share of 0.2 of the steps that validate may lie above it" in card


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"time": "wehn"}, "has no column 'wehn'"),
        ({"size": (8,)}, "--size 8 is for other data: leave it out where --time says that the data are a series."),
        ({"upright": True}, "--upright is for other data: leave it out"),
        (
            {"model": "mender"},
            "--model mender takes pictures, and no series, which --time says the data are: take --model",
        ),
        ({"window": 1}, "window must be an integer of at least 2"),
        ({"stride": 9}, "stride must be at most 8"),
        ({"train_steps": 0.0}, "train_steps must be a number above 0"),
        ({"false_alarms": 2.0}, "false_alarms must be a number above 0 and below 1"),
        ({"data": "sample"}, "sample is not there: give the path to a table with a column of time"),
        ({"model": "vq_vae", "hyperparameters": {"filters": ()}}, "filters must be at least one number"),
    ],
)
def test_options_that_do_not_fit_are_told(options, told, folder, tmp_path):
    with pytest.raises(UsageError) as error:
        anomaly.run(dataclasses.replace(config(folder, tmp_path / "a"), **options))
    assert told in str(error.value)
    assert "\n" not in str(error.value)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("steps", "stride"), [(5, 1), (8, 3), (40, 1), (41, 3), (40, 8)])
def test_baselines_take_windows_as_the_detector_does(steps, stride, monkeypatch):
    monkeypatch.setattr(by_step, "BLOCK", 4)
    x = np.random.default_rng(0).normal(size=(steps, 2))
    whole = np.concatenate([x, np.repeat(x[-1:], max(0, 8 - steps), axis=0)])
    begins = sorted({*range(0, len(whole) - 7, stride), len(whole) - 8})
    values = {begin: whole[begin : begin + 8].sum() for begin in begins}
    expected = [np.mean([v for b, v in values.items() if b <= t < b + 8]) for t in range(steps)]
    np.testing.assert_allclose(held(x, 8, stride, lambda w: w.sum(axis=(1, 2))), expected, atol=1e-9)


def test_a_baseline_gives_a_step_without_a_number_an_infinite_score():
    x = np.zeros((20, 1))
    x[7] = np.nan
    assert np.flatnonzero(np.isinf(held(x, 4, 1, lambda w: w.sum(axis=(1, 2))))).tolist() == [7]
