"""The anomaly recipe on a folder of pictures of surfaces, in miniature, and what it answers to what does not fit."""

import dataclasses
import json

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from recipes import anomaly
from recipes.figures import heat_maps
from zoo import UsageError

SMALL = {"filters": (4, 8), "blocks": (1, 1)}


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    """A folder of grey noise of mixed sizes, some of it with a white or a black square and its mask."""
    folder, rng = tmp_path_factory.mktemp("data") / "parts", np.random.default_rng(0)
    for i in range(44):
        kind = ("good", "chip", "burn")[max(0, i - 36) % 3] if i >= 36 else "good"
        x = rng.integers(110, 140, (26 + i % 5, 30)).astype("uint8")
        mask = np.zeros(x.shape, "uint8")
        if kind != "good":
            mask[5:12, 8:15] = 255
            x[5:12, 8:15] = 255 if kind == "chip" else 0
            (folder / "masks" / kind).mkdir(parents=True, exist_ok=True)
            Image.fromarray(mask).save(folder / "masks" / kind / f"{i}.png")
        (folder / kind).mkdir(parents=True, exist_ok=True)
        Image.fromarray(x).save(folder / kind / f"{i}.png")
    return folder


def config(data, out, **options):
    given = {"epochs": 2, "steps": 40, "patch": 24, "batch_size": 8, "false_alarms": 0.2, "hyperparameters": SMALL}
    return anomaly.Config(data=str(data), out=out, **{**given, **options})


@pytest.fixture(scope="module")
def made(parts, tmp_path_factory):
    """The recipe's numbers and its export."""
    out = tmp_path_factory.mktemp("made") / "export"
    return anomaly.run(config(parts, out)), out


def test_it_is_measured_by_picture_by_pixel_and_by_kind_beside_baselines(made):
    numbers, folder = made
    assert numbers.keys() == {
        "auroc", "average_precision", "pixel_auroc", "pro", "detected", "false_alarms", "auroc_burn", "auroc_chip",
    }  # fmt: skip
    assert numbers["auroc"] > 0.9
    assert numbers["pixel_auroc"] > 0.5
    record = json.loads((folder / "metrics.json").read_text())
    names = {row["name"] for row in record["baselines"]}
    assert {"PCA-8", "nearest neighbor", "isolation forest"} <= names
    assert record["validation"].keys() == {"false_alarms"}
    assert {path.stem for path in (folder / "figures").iterdir()} == {"maps", "roc", "scores", "curves"}


def test_the_card_says_how_to_map_and_what_was_normal(made):
    card = (made[1] / "card.md").read_text()
    assert 'found = model.signatures["map"](x=tf.cast(picture[None], tf.float32))' in card
    assert "pictures of good, of which 27 trained and 4 set the threshold" in card
    assert "| `map` | `x` (batch, any, any, 1) | `map` (batch, any, any), `score` (batch)" in card


def test_the_export_alone_maps_raw_pictures_of_any_size(made, fresh_python):
    run = fresh_python("-I", "serving/verify.py", made[1])
    assert run.returncode == 0, run.stdout + run.stderr
    detect = tf.saved_model.load(made[1] / "saved_model").signatures["map"]
    x = np.full((1, 40, 50, 1), 125, "float32")
    x[0, 20:27, 30:37] = 255
    found = detect(x=tf.constant(x))
    row, column = np.unravel_index(np.argmax(found["map"][0]), (40, 50))
    assert 17 <= row <= 29
    assert 27 <= column <= 39
    assert found["is_anomaly"].numpy().tolist() == [True]


@pytest.mark.slow
def test_a_run_that_was_stopped_after_training_goes_on_to_the_same_numbers(made, parts, tmp_path, monkeypatch):
    given = config(parts, tmp_path / "a")

    def stop(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(heat_maps, "draw", stop)
        with pytest.raises(KeyboardInterrupt):
            anomaly.run(given)
    assert anomaly.run(dataclasses.replace(given, resume=True)) == pytest.approx(made[0], rel=1e-5)


@pytest.mark.slow
def test_of_aligned_parts_the_export_judges_alike_in_the_dark(parts, tmp_path):
    anomaly.run(config(parts, tmp_path / "a", epochs=1, steps=2, aligned=True))
    found = tf.saved_model.load(tmp_path / "a/saved_model").signatures["map"]
    x = np.random.default_rng(0).uniform(100, 150, (1, 27, 30, 1)).astype("float32")
    np.testing.assert_allclose(found(x=tf.constant(x / 4))["map"], found(x=tf.constant(x))["map"], rtol=1e-3)
    card = (tmp_path / "a/card.md").read_text()
    assert "highest 1% of the map" in card
    assert "any light will do" in card


@pytest.mark.slow
def test_without_labels_it_says_what_cannot_be_measured(parts, tmp_path):
    numbers = anomaly.run(config(parts / "good", tmp_path / "a", epochs=1, steps=2))
    assert numbers.keys() == {"flagged"}
    assert "all were taken as normal" in (tmp_path / "a/card.md").read_text()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"normal": "godo"}, "Did you mean 'good'?"),
        ({"size": (8,)}, "--size (8,) is for samples of one shape"),
        ({"label": "kind"}, "--label kind is for samples of one shape"),
        ({"health": True}, "--health looks at codes of one length"),
        ({"patch": 0}, "patch must be an integer of at least 1"),
        ({"false_alarms": 0.05}, "--false-alarms 0.05 needs at least 19 normal pictures to validate by. Received: 4"),
        ({"data": "sample"}, "--data sample holds samples of one shape"),
    ],
)
def test_options_that_do_not_fit_are_told(options, told, parts, tmp_path):
    with pytest.raises(UsageError) as error:
        anomaly.run(dataclasses.replace(config(parts, tmp_path / "a"), model="mender", **options))
    assert told in str(error.value)
    assert "\n" not in str(error.value)
    assert not list(tmp_path.iterdir())
