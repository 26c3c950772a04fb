"""The recipe on samples that are no digits: pictures in color, and tables with labels and without."""

import json
import math

import pytest
import tensorflow as tf

import zoo
from recipes import features, running


def run(tmp_path, **options):
    config = features.Config(epochs=1, pretrain_epochs=1, out=tmp_path / "out", **options)
    return features.run(config), tmp_path / "out"


def test_color_pictures_are_measured_drawn_and_exported_for_any_size(photos, tmp_path):
    numbers, out = run(tmp_path, model="vanilla", data=str(photos), size=(8,))
    assert numbers.keys() == {"bce", "mse", "sse", "probe_error", "active_share", "dead_share"}
    figures = {file.stem for file in (out / "figures").iterdir()}
    assert figures == {"reconstructions", "curves", "features", "activity"}
    encode = tf.saved_model.load(out / "saved_model").signatures["encode"]
    assert encode(x=tf.zeros((2, 31, 17, 3)))["code"].shape == (2, 32)
    assert json.loads((out / "inputs.json").read_text()) == {
        "x": {"values": "color pictures of any size, pixels from 0 to 255", "size": [8, 8], "mode": "crop"}
    }
    assert "color pictures of any size" in (out / "card.md").read_text()


def test_a_table_without_labels_is_not_probed_and_its_export_names_the_columns(unlabelled, tmp_path):
    options = {"hyperparameters": {"latent_dim": 2}, "formats": ("onnx", "onnx_int8")}
    numbers, out = run(tmp_path, model="vanilla", data=str(unlabelled), **options)
    assert numbers.keys() == {"mse", "sse", "active_share", "dead_share"}
    assert json.loads((out / "inputs.json").read_text())["x"]["columns"] == ["pressure", "speed", "drift"]
    record = json.loads((out / "metrics.json").read_text())
    assert record["model"]["hyperparameters"] == {"latent_dim": 2, "output": "real"}
    assert {row["metric"] for row in record["baselines"]} <= {"mse", "sse"}
    onnx = record["formats"]["onnx"]
    assert onnx["signatures"].keys() == {"serving_default", "encode", "decode", "score", "named"}
    assert onnx["refused"] == {"columns": "it gives nothing but texts"}
    card = (out / "card.md").read_text()
    assert f"| onnx | `encode` | {onnx['signatures']['encode']['difference']:.1e} |" in card
    assert "- onnx leaves out `columns`: it gives nothing but texts." in card
    assert "onnx/encode.onnx" in card, "among the sums"
    rounded = record["formats"]["onnx_int8"]
    assert rounded["test"] == pytest.approx(numbers, abs=0.01)
    assert rounded["test"] != numbers
    assert f"| mse | {numbers['mse']:.4g} | {rounded['test']['mse']:.4g} |" in card
    assert "test" not in onnx
    raw = tf.constant([[1000.0, 3, 0]])
    assert (
        900
        < tf.saved_model.load(out / "saved_model").signatures["serving_default"](x=raw)["reconstruction"][0, 0]
        < 1100
    )


QUICK = {
    ("vae", "photos"),
    ("denoising", "unlabelled"),
}  # what they can do besides asks for pictures
EVERY = [(model, data) for model in zoo.list_models(data="real") for data in ("photos", "unlabelled")]


@pytest.mark.parametrize(
    ("model", "data"), [pytest.param(*pair, marks=[] if pair in QUICK else pytest.mark.slow) for pair in EVERY]
)
def test_every_model_that_takes_the_samples_does(data, model, tmp_path, request):
    source = request.getfixturevalue(data)
    numbers, out = run(tmp_path, model=model, data=str(source), **({"size": (8,)} if data == "photos" else {}))
    assert all(math.isfinite(value) for value in numbers.values())
    assert (out / "card.md").is_file()


def test_the_batch_follows_the_number_of_samples():
    sizes = {rows: running.batch_size(rows, 256) for rows in (5, 119, 240, 500, 4000, 55_000)}
    assert sizes == {5: 8, 119: 8, 240: 16, 500: 32, 4000: 256, 55_000: 256}
    assert running.batch_size(4000, 32) == 32
    config = features.Config()
    assert running.fitting(config, 240)["batch_size"] == 16
    assert running.fitting(features.Config(batch_size=5), 240)["batch_size"] == 5


def test_few_samples_are_seen_for_more_epochs():
    assert [running.fitting(features.Config(), rows)["patience"] for rows in (240, 55_000)] == [34, 5]
    given = {rows: running.fitting(features.Config(), rows)["epochs"] for rows in (100, 240, 4000, 20_000, 55_000)}
    assert given == {100: 300, 240: 300, 4000: 300, 20_000: 64, 55_000: 50}
    assert running.fitting(features.Config(epochs=7), 100)["epochs"] == 7


def test_a_shift_of_rows_is_refused(unlabelled, tmp_path):
    with pytest.raises(zoo.UsageError, match=r"are for pictures. Received: samples of shape \(3,\)"):
        run(tmp_path, model="vanilla", data=str(unlabelled), shift=1, hyperparameters={"latent_dim": 2})
