"""The recipe in miniature: on pictures, on tables with labels and without, and on what is no table."""

import json
import math
import shlex

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from sklearn.datasets import load_wine

import zoo
from recipes import reduce, running
from recipes.data import sources, table

MINIATURE = {"model": "vanilla", "epochs": 2, "hyperparameters": {"activation": "linear"}}
UNLABELLED = {"mse", "trustworthiness"}
LABELLED = UNLABELLED | {"knn_accuracy", "silhouette"}


@pytest.fixture(scope="module")
def wine(tmp_path_factory):
    """A table of 178 wines, 13 columns of numbers and one of labels."""
    data = load_wine(as_frame=True)
    file = tmp_path_factory.mktemp("wine") / "wine.csv"
    data.data.assign(kind=data.target.map(lambda i: data.target_names[i])).to_csv(file, index=False)
    return file


@pytest.fixture(scope="module")
def pictures(idx_folder, tmp_path_factory):
    """What a run on pictures returned, and the folder that its exports lie in."""
    folder = tmp_path_factory.mktemp("pictures")
    return reduce.run(reduce.Config(data=str(idx_folder), dimensions=(2, 5), out=folder / "out", **MINIATURE)), folder


@pytest.fixture(scope="module")
def wines(wine, tmp_path_factory):
    """What a run on the table returned, and the folder of its export."""
    out = tmp_path_factory.mktemp("wines") / "out"
    return reduce.run(reduce.Config(data=str(wine), label="kind", dimensions=(2,), out=out, **MINIATURE)), out


def metrics(folder):
    return json.loads((folder / "metrics.json").read_text())


def test_an_export_that_is_measured_again_has_the_same_numbers(pictures, idx_folder, exact):
    numbers, folder = pictures
    found = reduce.again(sources.load(str(idx_folder)), exact(folder / "out-2"))
    assert {f"{name}_2": value for name, value in found.items()} == pytest.approx(
        {name: value for name, value in numbers.items() if name.endswith("_2")}, rel=1e-4
    )


def test_each_dimension_is_measured_and_exported_by_itself(pictures):
    numbers, folder = pictures
    assert numbers.keys() == {f"{name}_{dimension}" for name in LABELLED for dimension in (2, 5)}
    assert all(math.isfinite(value) for value in numbers.values())
    for dimension in (2, 5):
        record = metrics(folder / f"out-{dimension}")
        assert record["test"] == {name: numbers[f"{name}_{dimension}"] for name in LABELLED}
        assert record["validation"].keys() == LABELLED
        assert record["model"]["hyperparameters"]["latent_dim"] == dimension
        model = zoo.load(folder / f"out-{dimension}")
        assert model.encoder.output_shape == (None, dimension)
        figures = {file.stem for file in (folder / f"out-{dimension}" / "figures").iterdir()}
        assert figures == {"scatter", "reconstructions", "curves"}


def test_a_run_goes_on_without_training_anew_what_was_trained(pictures, idx_folder, tmp_path, stopped_and_resumed):
    config = reduce.Config(data=str(idx_folder), dimensions=(2, 5), out=tmp_path / "out", **MINIATURE)
    assert stopped_and_resumed(reduce.run, config, 1) == (pictures[0], 1)
    for dimension in (2, 5):
        ours, straight = (metrics(folder / f"out-{dimension}") for folder in (tmp_path, pictures[1]))
        assert ours["validation"] == straight["validation"]
        assert ours["baselines"] == straight["baselines"]


def test_the_command_of_an_export_makes_that_export(pictures, tmp_path):
    record = metrics(pictures[1] / "out-5")
    words = shlex.split(record["command"])[3:]
    words[words.index("--out") + 1] = str(tmp_path / "again")
    config = running.parse(reduce.Config, words, "reduce")
    assert config.dimensions == (5,)
    assert reduce.run(config) == {f"{name}_5": value for name, value in record["test"].items()}
    assert metrics(tmp_path / "again")["test"] == record["test"]


def test_pca_and_the_values_themselves_stand_beside(pictures):
    record = metrics(pictures[1] / "out-2")
    beside = {(row["name"], row["metric"]): row["value"] for row in record["baselines"]}
    assert beside.keys() == {("PCA-2", name) for name in LABELLED} | {
        ("no reduction", name) for name in LABELLED - UNLABELLED
    }
    assert beside["PCA-2", "mse"] <= record["test"]["mse"]  # after two epochs


def test_pictures_go_into_the_export_raw(pictures, digits):
    numbers, folder = pictures
    score = tf.saved_model.load(folder / "out-2/saved_model").signatures["score"]
    scores = score(x=tf.constant(digits["x_test"], tf.float32))["score"]
    assert float(np.mean(scores)) == pytest.approx(numbers["mse_2"], rel=1e-4)


def test_a_table_goes_into_the_export_raw(wines, wine):
    numbers, folder = wines
    splits = table.load(wine, "kind")
    signatures = tf.saved_model.load(folder / "saved_model").signatures
    raw = tf.constant(splits.raw(splits.test.x), tf.float32)
    assert float(np.mean(signatures["score"](x=raw)["score"])) == pytest.approx(numbers["mse_2"], rel=1e-3)
    assert signatures["encode"](x=raw)["code"].shape == (36, 2) or len(splits.test) != 36
    reconstruction = signatures["serving_default"](x=raw)["reconstruction"].numpy()
    error = np.square((reconstruction - raw) / splits.units.scale).mean()
    assert error == pytest.approx(numbers["mse_2"], rel=1e-3)
    assert {file.stem for file in (folder / "figures").iterdir()} == {"scatter", "curves"}
    assert metrics(folder)["model"]["hyperparameters"]["output"] == "real"


def test_without_labels_what_needs_them_is_left_out(wine, tmp_path):
    file = tmp_path / "unlabelled.csv"
    pd.read_csv(wine).drop(columns="kind").to_csv(file, index=False)
    numbers = reduce.run(reduce.Config(data=str(file), dimensions=(3,), out=tmp_path / "out", **MINIATURE))
    assert numbers.keys() == {f"{name}_3" for name in UNLABELLED}
    assert {row["metric"] for row in metrics(tmp_path / "out")["baselines"]} == UNLABELLED
    assert "knn_accuracy" not in (tmp_path / "out/card.md").read_text()


def test_each_card_says_what_goes_in(pictures, wines):
    picture, numbers = ((folder / "card.md").read_text() for folder in (pictures[1] / "out-2", wines[1]))
    assert "pixels from 0 to 255" in picture
    assert "(batch, 13), the columns' values as in the file" in numbers
    for card in (picture, numbers):
        assert "{{" not in card
        assert "{%" not in card
        assert "`knn_accuracy`:" in card
        assert len(card.partition("## Limits")[2].partition("##")[0].split()) > 20


def test_the_recipes_own_defaults_are_left_out_of_commands_and_given_ones_are_not():
    config = running.parse(reduce.Config, [], "reduce")
    assert config.hyperparameters["hidden_units"] == (512, 128)
    assert running.command("reduce", config) == "python -m recipes.reduce --model vanilla"
    words = ["--model", "vanilla", "--dimensions", "2", "--activation", "relu"]
    assert running.command("reduce", running.parse(reduce.Config, words, "reduce")).split()[3:] == words


@pytest.fixture
def recipe(monkeypatch, capsys, tmp_path):
    """Runs the recipe as a person does; returns the exit status and what went to stderr."""

    def run(*words):
        monkeypatch.setattr("sys.argv", ["recipes.reduce", "--out", str(tmp_path / "out"), *map(str, words)])
        with pytest.raises(SystemExit) as stop:
            running.main(reduce.RECIPE, reduce.Config, reduce.run)
        return stop.value.code, capsys.readouterr().err

    return run


def assert_refused(answer, *told):
    status, error = answer
    assert status == 2
    assert error.count("\n") == 1
    assert all(part in error for part in told), error


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ["--label", "kind", "--dimensions", 13],
            "--dimensions must be below the data's width, 13. Received: 13. Give --dimensions 2.",
        ),
        (["--label", "kind", "--dimensions", 2, 40], "Received: 40"),
        (["--dimensions", 1], "--dimensions must be different integers of at least 2. Received: 1."),
        (["--dimensions", 2, 2], "Received: 2 2"),
        (["--label", "knd"], "Did you mean 'kind'?"),
        (
            ["--label", "kind", "--model", "vanilla", "--latent-dim", 3],
            "Give --dimensions in the place of --latent-dim",
        ),
        (["--model", "convolutional", "--label", "kind", "--dimensions", 2, "--filters", 0], "filters"),
        (["--model", "masked", "--label", "kind", "--dimensions", 2], "vector code"),
    ],
)
def test_a_mistake_is_told_in_a_sentence(words, told, recipe, wine, tmp_path):
    assert_refused(recipe("--data", wine, *words), told)
    assert not (tmp_path / "out").exists()


def test_a_label_for_pictures_is_told_in_a_sentence(recipe, idx_folder):
    assert_refused(recipe("--data", idx_folder, "--label", "kind"), "--label kind is for other data")


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["a,b,c", "1,2,3"], "must have at least 5 rows"),
        (["a,b,c", *["1,2,3"] * 9], "is too small: at least 11 samples must be left for validation. Received: 2."),
        (["a,b,c", *["1,,3", "1,nan,3"] * 50], "column 'b' is empty in all rows that train"),
        (["a,b,c", *["1,2,3"] * 50, "1,2,high"], "line 52, column 'c' holds 'high'"),
        (["a,b", *[f"{i},{i}" for i in range(100)]], "There is nothing to reduce."),
    ],
)
def test_a_file_that_is_no_table_of_numbers_is_told_in_a_sentence(lines, told, recipe, tmp_path):
    file = tmp_path / "data.csv"
    file.write_text("\n".join(lines) + "\n")
    assert_refused(recipe("--data", file, "--dimensions", 2), told)


@pytest.mark.parametrize("labels", [range(100), [7] * 100])
def test_labels_that_are_no_classes_are_told_in_a_sentence(labels, recipe, tmp_path):
    file = tmp_path / "data.csv"
    pd.DataFrame(np.random.default_rng(0).random((100, 3))).assign(label=list(labels)).to_csv(file, index=False)
    answer = recipe("--data", file, "--label", "label", "--dimensions", 2)
    assert_refused(answer, "different labels: name a column with 2 labels or more", "leave --label out")


def test_a_table_that_is_not_there_is_told_in_a_sentence(recipe, tmp_path):
    assert_refused(recipe("--data", tmp_path / "nowhere.csv"), "nowhere.csv is not there")


def test_a_folder_of_pictures_is_reduced_and_its_export_takes_any_size(photos, tmp_path):
    out = tmp_path / "out"
    numbers = reduce.run(reduce.Config(data=str(photos), size=(8,), dimensions=(2,), out=out, **MINIATURE))
    assert numbers.keys() == {f"{name}_2" for name in LABELLED}
    assert {file.stem for file in (out / "figures").iterdir()} == {"scatter", "reconstructions", "curves"}
    encode = tf.saved_model.load(out / "saved_model").signatures["encode"]
    assert encode(x=tf.zeros((1, 20, 10, 3)))["code"].shape == (1, 2)
    assert metrics(out)["published"] == []
