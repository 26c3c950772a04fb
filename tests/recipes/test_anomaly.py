"""The anomaly recipe in miniature, on digits and on tables, and what it answers to options and data that do not fit."""

import dataclasses
import json
import math

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

import zoo
from recipes import anomaly
from recipes.data import idx, table
from recipes.tasks.detection import measuring, samples
from recipes.tasks.detection.normal import Kind
from zoo import UsageError


@pytest.fixture(scope="module")
def few_digits(digits, write_idx, tmp_path_factory):
    """Three of the ten patterns, 200 to train and 50 to test."""
    arrays = {key: values % 3 if key[0] == "y" else values for key, values in digits.items()}
    return write_idx(tmp_path_factory.mktemp("few"), arrays, gzipped=True)


def config(data, out, **options):
    return anomaly.Config(data=str(data), out=out, epochs=2, batch_size=16, false_alarms=0.2, **options)


@pytest.fixture(scope="module")
def each(few_digits, tmp_path_factory):
    """The recipe's numbers and export with each label normal in its turn."""
    out = tmp_path_factory.mktemp("each") / "export"
    return anomaly.run(config(few_digits, out)), out


@pytest.fixture(scope="module")
def csv(tmp_path_factory):
    """A table: good rows lie on a line, bad ones off it."""
    rng = np.random.default_rng(0)
    place, bad = rng.normal(size=200), np.arange(200) % 5 == 0
    x = np.stack([place, 2 * place, -place], axis=1) + 0.05 * rng.normal(size=(200, 3))
    x[bad] += rng.normal(size=(bad.sum(), 3)) * 3
    file = tmp_path_factory.mktemp("csv") / "a.csv"
    lines = [f"{100 * a:.3f},{b:.4f},{c:.4f},{'bad' if d else 'good'}" for (a, b, c), d in zip(x, bad, strict=True)]
    file.write_text("\n".join(["a,b,c,kind", *lines]) + "\n")
    return file


def test_each_label_is_normal_in_its_turn(each):
    numbers, folder = each
    assert numbers.keys() == {
        "mean_auroc", "mean_average_precision", "mean_detected", "mean_false_alarms", "auroc_0", "auroc_1", "auroc_2",
    }  # fmt: skip
    assert all(0 <= value <= 1 for value in numbers.values())
    assert numbers["mean_auroc"] == pytest.approx(np.mean([numbers[f"auroc_{i}"] for i in range(3)]))
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    pictures = {f"figures/{name}.png" for name in ("auroc", "roc", "scores", "extremes", "curves")}
    assert {"card.md", "metrics.json", "golden.npz", "saved_model/saved_model.pb", *pictures} <= files
    assert not list(folder.with_name("export.training").rglob("checkpoint.npz"))


def test_the_export_alone_gives_the_measured_numbers(each, few_digits, fresh_python):
    numbers, folder = each
    test = idx.load(str(few_digits)).test
    detect = tf.saved_model.load(folder / "saved_model").signatures["detect"]
    for digit in range(3):
        found = detect(x=tf.constant(test.x * 255), normal=tf.constant(digit))
        measured = measuring.numbers(test, [Kind("", digit)], [found["score"].numpy()])
        assert measured["auroc"] == pytest.approx(numbers[f"auroc_{digit}"], abs=1e-6)
    run = fresh_python("-I", "serving/verify.py", folder)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "-> is_anomaly (8,)" in run.stdout


def test_an_export_that_is_measured_again_has_the_same_numbers(each, few_digits, tmp_path, exact):
    numbers, folder = each
    search = samples.Search(config(few_digits, tmp_path))
    assert search.again(exact(folder)) == pytest.approx(numbers, abs=1e-6)


def test_the_baselines_stand_beside(each):
    record = json.loads((each[1] / "metrics.json").read_text())
    rows = [(row["name"], row["metric"]) for row in record["baselines"]]
    names = ("PCA's squared error", "PCA, scored as here", "isolation forest")
    assert rows == [(name, f"mean_{metric}") for name in names for metric in ("auroc", "average_precision")]
    assert record["published"] == []  # these are not MNIST


def test_the_card_shows_how_to_choose(each):
    card = (each[1] / "card.md").read_text()
    assert 'model.signatures["detect"](x=tf.constant(samples, tf.float32), normal=tf.constant(0))' in card
    assert "0 for 0, 1 for 1, 2 for 2" in card
    assert "| `detect` | `x` (batch, 16, 16), `normal` () int32 | `score` (batch), `is_anomaly` (batch) bool |" in card


def test_a_run_goes_on_without_training_anew_what_was_trained(each, few_digits, tmp_path, stopped_and_resumed):
    assert stopped_and_resumed(anomaly.run, config(few_digits, tmp_path / "a"), 1) == (each[0], 2)


def test_a_detector_does_not_depend_on_the_others(each, few_digits, tmp_path):
    numbers = anomaly.run(config(few_digits, tmp_path / "a", normal="1"))
    assert numbers.keys() == {"auroc", "average_precision", "detected", "false_alarms"}
    assert numbers["auroc"] == pytest.approx(each[0]["auroc_1"], abs=1e-6)


def test_a_table_with_labels(csv, tmp_path):
    options = {"label": "kind", "normal": "good", "hyperparameters": {"latent_dim": 1}}
    numbers = anomaly.run(config(csv, tmp_path / "a", **options))
    assert all(math.isfinite(value) for value in numbers.values())
    splits = table.load(csv, "kind")
    good = splits.labels.index("good")
    detect = tf.saved_model.load(tmp_path / "a" / "saved_model").signatures["detect"]
    found = detect(x=tf.constant(splits.raw(splits.test.x)))
    scores, flagged = found["score"].numpy(), found["is_anomaly"].numpy()
    measured = measuring.numbers(splits.test, [Kind("good", good)], [scores], [flagged])
    assert measured == pytest.approx(numbers, abs=1e-6)
    assert {path.stem for path in (tmp_path / "a/figures").iterdir()} == {"roc", "scores", "curves"}


def test_a_table_without_labels_says_what_cannot_be_measured(csv, tmp_path):
    plain = tmp_path / "plain.csv"
    plain.write_text("\n".join(line.rpartition(",")[0] for line in csv.read_text().splitlines()))
    numbers = anomaly.run(config(plain, tmp_path / "a", hyperparameters={"latent_dim": 1}))
    assert numbers.keys() == {"flagged"}
    assert "all its rows were taken as normal" in (tmp_path / "a/card.md").read_text()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"normal": "7"}, "--normal must be each or one of the labels 0, 1, 2. Received: '7'."),
        ({"normal": "eahc"}, "Did you mean 'each'?"),
        ({"label": "kind"}, "--label kind is for other data"),
        (
            {"false_alarms": 0.01},
            "--false-alarms 0.01 needs at least 99 normal samples to validate by. Received: 16 of 0",
        ),
        ({"false_alarms": 0.0}, "false_alarms must be a number above 0 and below 1"),
        ({"blur": -1.0}, "blur must be a number of at least 0"),
        ({"window": 8}, "--window 8 is for other data: name a series' column of time with --time, or leave it out."),
        ({"train_steps": 0.2}, "--train-steps 0.2 is for other data"),
        ({"patch": 32}, "--patch 32 is for other data: take --model mender for pictures of any size, or leave it out."),
    ],
)
def test_options_that_do_not_fit_are_told(options, told, few_digits, tmp_path):
    with pytest.raises(UsageError) as error:
        anomaly.run(dataclasses.replace(config(few_digits, tmp_path / "a"), **options))
    assert told in str(error.value)
    assert "\n" not in str(error.value)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"normal": "good", "label": None}, "--normal good needs labels: name their column with --label"),
        ({"label": "kind"}, "--normal must be each or one of the labels bad, good. Received: ''."),
        ({"label": "kind", "normal": "godo"}, "Did you mean 'good'?"),
        ({"label": "kidn", "normal": "good"}, "Did you mean 'kind'?"),
    ],
)
def test_options_that_do_not_fit_a_table_are_told(options, told, csv, tmp_path):
    with pytest.raises(UsageError) as error:
        anomaly.run(config(csv, tmp_path / "a", **options))
    assert told in str(error.value)


def test_a_label_that_all_rows_have_is_told(csv, tmp_path):
    file = tmp_path / "same.csv"
    file.write_text(csv.read_text().replace("bad", "good"))
    with pytest.raises(UsageError, match="all 40 samples for test are good: no anomalies"):
        anomaly.run(config(file, tmp_path / "a", label="kind", normal="good"))


def test_normal_without_labels_is_told(csv, tmp_path):
    file = tmp_path / "plain.csv"
    file.write_text("\n".join(line.rpartition(",")[0] for line in csv.read_text().splitlines()))
    with pytest.raises(UsageError, match="--normal good needs labels: name their column with --label"):
        anomaly.run(config(file, tmp_path / "a", normal="good"))


def test_of_a_folder_of_pictures_one_kind_is_normal(photos, tmp_path):
    config = anomaly.Config(
        data=str(photos), model="vanilla", size=(8,), normal="red", false_alarms=0.2, epochs=2, out=tmp_path / "out"
    )
    numbers = anomaly.run(config)
    assert numbers.keys() == {"auroc", "average_precision", "detected", "false_alarms"}
    assert "extremes" in {file.stem for file in (tmp_path / "out/figures").iterdir()}
    detect = tf.saved_model.load(tmp_path / "out/saved_model").signatures["detect"]
    assert detect(x=tf.zeros((2, 20, 10, 3)))["is_anomaly"].shape == (2,)


def test_words_that_elsewhere_mean_nothing_are_labels(tmp_path):
    rows = np.random.default_rng(0).normal(size=(100, 2))
    lines = [f"{a:.2f},{b:.2f},{'None' if i % 5 else 'NA'}" for i, (a, b) in enumerate(rows)]
    (tmp_path / "parts.csv").write_text("\r".join(["a,b,defect", *lines]))
    config = anomaly.Config(data=str(tmp_path / "parts.csv"), label="defect", normal="None", false_alarms=0.2, epochs=1)
    out = tmp_path / "out"
    assert "auroc" in anomaly.run(dataclasses.replace(config, out=out, hyperparameters={"latent_dim": 1}))
    assert json.loads((out / "inputs.json").read_text())["x"]["columns"] == ["a", "b"]


def lines(rows: int, *extra: str) -> list[str]:
    """Rows of a table whose normal ones lie on a line; `extra` are cells of further columns."""
    rng = np.random.default_rng(0)
    found = []
    for i, place in enumerate(rng.normal(size=rows)):
        kind = "bad" if i % 5 == 0 else "good"
        off = 3 if kind == "bad" else 0.1
        found.append(",".join([f"{place:.3f}", f"{2 * place + off * rng.normal():.3f}", *extra, kind]))
    return found


def table_of(folder, rows, *extra_names):
    file = folder / "t.csv"
    file.write_text("\n".join([",".join(["a", "b", *extra_names, "kind"]), *rows]) + "\n")
    return anomaly.Config(data=str(file), label="kind", normal="good", epochs=40, out=folder / "out")


def test_a_table_trains_denoising_by_itself_and_the_card_says_what_was_normal_and_who_is_better(tmp_path, capsys):
    config = table_of(tmp_path, lines(60))
    assert config.model == "denoising"
    numbers = anomaly.run(config)
    record = json.loads((tmp_path / "out/metrics.json").read_text())
    names = [row["name"] for row in record["baselines"] if row["metric"] == "auroc"]
    assert names == ["PCA's squared error", "isolation forest", "k nearest neighbors"]
    card, printed = (tmp_path / "out/card.md").read_text(), capsys.readouterr().out
    better = [
        row["name"] for row in record["baselines"] if row["metric"] == "auroc" and row["value"] > numbers["auroc"]
    ]
    assert ("`auroc`: no baseline is better here" in card) == (not better)
    for text in (card, printed):
        assert "samples of good, of which 28 trained and 10 set the threshold; all others are anomalies" in text
        assert "up to 9.1% false alarms: too few normal samples validate for 5%" in text  # 1 / (10 + 1)


def test_constant_and_doubled_columns_are_columns(tmp_path):
    rows = [",".join([*row.split(",")[:2], "7", row.split(",")[0], row.split(",")[2]]) for row in lines(60)]
    numbers = anomaly.run(table_of(tmp_path, rows, "seven", "again"))
    assert all(math.isfinite(value) for value in numbers.values())
    detect = tf.saved_model.load(tmp_path / "out/saved_model").signatures["detect"]
    far = detect(x=tf.constant([[0.0, 0.0, 7.0, 0.0], [0.0, 0.0, 1e4, 0.0], [0.0, 0.0, np.nan, 0.0]]))
    assert far["is_anomaly"].numpy().tolist() == [False, True, True], "a constant that changes is an anomaly"


def test_words_and_empty_cells_train_and_go_in_by_name(tmp_path, capsys):
    rows = [f"{'' if i % 7 == 3 else i % 7},{('red', 'blue', 'blue')[i % 3]},{row}" for i, row in enumerate(lines(90))]
    file = tmp_path / "t.csv"
    file.write_text("\n".join(["size,color,a,b,kind", *rows]) + "\n")
    out = tmp_path / "out"
    config = anomaly.Config(data=str(file), label="kind", normal="good", epochs=2, out=out)
    assert all(math.isfinite(value) for value in anomaly.run(config).values())
    printed = capsys.readouterr().out
    assert "Columns of words (how many): 'color' (2)." in printed
    assert "filled with the mean and flagged: 'size' (13)" in printed
    inputs = json.loads((out / "inputs.json").read_text())["x"]
    assert (inputs["words"], inputs["may_be_empty"]) == ({"color": ["blue", "red"]}, ["size"])
    named = tf.saved_model.load(out / "saved_model").signatures["named"]
    columns = {
        "size": [np.nan, 2, 2, 2],
        "color": ["red", "blue", "green", "red"],
        "a": [0.0] * 4,
        "b": [0, 0, 0, np.nan],
    }
    specs = named.structured_input_signature[1]
    found = named(**{name: tf.constant(values, specs[name].dtype) for name, values in columns.items()})
    assert found["is_anomaly"].numpy().tolist()[2:] == [True, True], "a new word, and an empty cell where none was"
    assert np.isfinite(found["score"][:2]).all()
    np.testing.assert_allclose(found["contribution"].numpy()[:2].sum(axis=1), found["score"][:2], rtol=1e-5)
    frame = pd.DataFrame(columns)[["b", "color", "a", "size"]]
    np.testing.assert_allclose(zoo.load(out).score(frame), found["score"], rtol=1e-5)


@pytest.mark.parametrize(
    ("rows", "extra", "message"),
    [
        ([*lines(60, "red"), *lines(60, "3")], ("color",), "column 'color' holds 'red': it must hold a number"),
        (lines(60, ""), ("empty",), "column 'empty' is empty in all rows that train"),
        (lines(1), (), "must have at least 5 rows under its first line. Received: 1"),
        (lines(8), (), "at least 5 normal samples must train"),
    ],
)
def test_tables_that_cannot_be_trained_on_are_refused_in_a_sentence(rows, extra, message, tmp_path):
    with pytest.raises(UsageError) as error:
        anomaly.run(table_of(tmp_path, rows, *extra))
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_the_command_line_knows_the_model_by_the_data():
    from recipes import running

    of_table = running.parse(anomaly.Config, ["--data", "FILE.csv", "--level", "0.3"], "anomaly")
    assert (of_table.model, of_table.hyperparameters["level"]) == ("denoising", 0.3)
    assert running.parse(anomaly.Config, [], "anomaly").model == "mender"
    assert running.parse(anomaly.Config, ["--data", "sample"], "anomaly").model == "vanilla"
    assert running.parse(anomaly.Config, ["--data", "FILE.csv", "--model", "vae"], "anomaly").model == "vae"
    of_series = running.parse(anomaly.Config, ["--data", "FOLDER", "--time=when", "--level", "0.3"], "anomaly")
    assert (of_series.model, of_series.hyperparameters["level"]) == ("denoising", 0.3)
