"""What a run leaves behind: numbers of one shape, a card that hubs read, and all of it or nothing."""

import errno
import json
import math
import os
import platform
import shutil
import subprocess
from importlib.metadata import version

import keras
import pytest
from huggingface_hub import ModelCard
from matplotlib.figure import Figure

from recipes import mnist, publishing, running
from recipes.data.idx import load
from recipes.mnist import Config
from recipes.tasks import features
from zoo import checksums, registry

ROW = ["name", "metric", "value", "protocol", "source"]


@pytest.fixture(scope="module")
def folder(exported):
    return exported("vanilla")[1]


@pytest.fixture(scope="module")
def record(folder):
    return json.loads((folder / "metrics.json").read_text())


@pytest.fixture(scope="module")
def card(folder):
    return ModelCard.load(folder / "card.md")


def test_metrics_have_the_documented_shape(record):
    assert {key: set(value) for key, value in record.items() if isinstance(value, dict) and key != "versions"} == {
        "test": {"bce", "mse", "sse", "probe_error", "active_share", "dead_share"},
        "validation": {"bce", "mse", "sse", "probe_error", "active_share", "dead_share"},
        "train": {"epochs", "best_epoch", "seconds", "seconds_per_epoch", "processor"},
        "data": {"key", "name", "source", "split", "checksum", "licence"},
        "model": {"name", "hyperparameters", "parameters"},
    }
    others = {"baselines": list, "published": list, "seed": int, "command": str, "versions": dict}
    assert {key: type(record[key]) for key in record.keys() & others.keys()} == others
    assert record.keys() == {"test", "validation", "train", "data", "model", *others}


def test_metrics_hold_finite_numbers_and_rows_of_one_shape(record):
    for part in ("test", "validation"):
        assert all(math.isfinite(value) for value in record[part].values())
    for row in record["baselines"] + record["published"]:
        assert list(row) == ["name", "metric", "value", "protocol", "source"]
        assert math.isfinite(row["value"])
        assert row["metric"] in record["test"]
        assert row["protocol"]
        assert row["source"]


def test_metrics_say_what_was_done(record, idx_folder, folder):
    assert record["train"]["epochs"] == 2
    assert record["train"]["best_epoch"] in (1, 2)
    assert record["train"]["seconds"] >= 2 * record["train"]["seconds_per_epoch"] * 0.99
    assert record["data"]["source"] == str(idx_folder)
    assert record["data"]["checksum"] == load(str(idx_folder)).checksum
    assert record["model"]["parameters"] == (256 * 32 + 32) + (32 * 256 + 256)
    assert record["command"] == (
        f"python -m recipes.mnist --model vanilla --epochs 2 --batch-size 32 --data {idx_folder} --out {folder}"
    )
    expected = {name: version(name) for name in ("tensorflow", "keras", "numpy")}
    assert record["versions"] == {**expected, "python": platform.python_version()}


@pytest.mark.parametrize("file", sorted(publishing.PUBLISHED.glob("*.json")), ids=lambda file: file.stem)
def test_published_numbers_have_the_shape_of_rows(file):
    for row in json.loads(file.read_text("utf-8")):
        assert list(row) in (ROW, [*ROW, "when"])
        assert math.isfinite(row["value"])
        if "when" in row:
            model = file.stem.rpartition("-")[2]
            assert row["when"].keys() <= registry.hyperparameters(registry.find(model)).keys()


def test_a_published_number_stands_beside_the_models_that_it_holds_for():
    values = {k: {**running.hyperparameters(Config(model="vae")), "importance_samples": k} for k in (1, 5, 7)}
    found = {k: [row["value"] for row in publishing.published("mnist", "vae", given)] for k, given in values.items()}
    assert found == {1: [-86.76], 5: [-85.54], 7: []}
    assert publishing.published("no such data", "vae", values[1]) == []


def test_the_cards_front_matter_is_read_by_hubs(card, record):
    assert card.data.license == "apache-2.0"
    assert card.data.library_name == "keras"
    assert {"autoencoder", "vanilla"} <= set(card.data.tags)
    assert {result.metric_type: result.metric_value for result in card.data.eval_results} == record["test"]


def test_the_card_says_how_the_model_was_made_and_what_it_is_not_for(card, record):
    data = record["data"]
    told = [data["checksum"], data["split"], data["source"], data["licence"], record["command"]]
    told += [f"Seed {record['seed']};", "## Limits", "## Licence", "Apache-2.0", record["train"]["processor"]]
    told += [f"{name} {number}" for name, number in record["versions"].items()]
    told += [f"| {row['name']} | {row['metric']} |" for row in record["baselines"] + record["published"]]
    told += [f"| `{name}` |" for name in ("serving_default", "encode", "decode", "score")]
    assert [part for part in told if part not in card.text] == []
    limits = card.text.partition("## Limits")[2].partition("##")[0]
    assert len(limits.split()) > 20
    assert "{{" not in card.text
    assert "{%" not in card.text


def test_the_cards_picture_is_there(card, folder):
    picture = card.text.partition("](figures/")[2].partition(")")[0]
    assert (folder / "figures" / picture).read_bytes().startswith(b"\x89PNG")


def test_the_table_has_each_number_beside_the_models(record):
    lines = {line.split()[0]: line for line in publishing.table(record).splitlines()[1:]}
    assert lines.keys() == record["test"].keys()
    for row in [{"metric": name, "value": value} for name, value in record["test"].items()] + record["baselines"]:
        assert f"{row['value']:.4f}" in lines[row["metric"]]


def contents(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def trained(idx_folder, tmp_path_factory):
    """The folder of a run that was stopped between training and publishing, and its options."""
    out = tmp_path_factory.mktemp("trained") / "out"
    words = ["--model", "vanilla", "--latent-dim", "4", "--epochs", "1", "--data", str(idx_folder)]
    config = running.parse(Config, [*words, "--out", str(out)], "mnist")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(features, "measure", full)
        with pytest.raises(OSError, match="No space left"):
            mnist.run(config)
    return out.with_name("out.training"), words


@pytest.fixture
def quick(monkeypatch):
    """Measures and draws next to nothing; training is an error."""
    figure = Figure()
    report = publishing.Report({"mse": 1.0}, {"mse": 1.0}, [publishing.row("PCA", "mse", 1.0, "none", "none")])
    monkeypatch.setattr(features, "measure", lambda *_: report)
    monkeypatch.setattr(features, "draw", lambda *_: {"curves": lambda: figure})
    monkeypatch.setattr(keras.Model, "fit", None)


@pytest.fixture
def beside(tmp_path, trained, folder):
    """Puts a former export and a trained run into a folder; returns the export's path."""

    def put(parent):
        shutil.copytree(folder, parent / "out")
        shutil.copytree(trained[0], parent / "out.training")
        return parent / "out"

    return put


def assert_whole(out, before, answer, advice="--resume"):
    """A failed export is told in a sentence, with how to go on, and left what was there."""
    status, error = answer
    assert status == 2
    assert error.count("\n") == 1
    assert advice in error
    assert contents(out) == before
    assert {path.name for path in out.parent.iterdir()} <= {"out", "out.training", "ballast"}


def full(*_, **__):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


WRITERS = ["recipes.publishing.writing.card", "zoo.formats.saved_model.write", "zoo.golden.write"]
WRITERS += ["zoo.checksums.write", "os.replace"]


@pytest.mark.parametrize("writer", WRITERS)
def test_a_write_that_fails_leaves_the_former_export_whole(writer, quick, recipe, beside, trained, tmp_path):
    out = beside(tmp_path)
    before = contents(out)
    words = [*trained[1], "--out", out, "--resume"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writer, full)
        assert_whole(out, before, recipe(*words))
    assert recipe(*words) == (0, "")  # without training again
    assert json.loads((out / "metrics.json").read_text())["test"] == {"mse": 1.0}
    assert not (out.with_name("out.training") / "checkpoint.npz").exists()


def test_a_figure_that_fails_costs_a_figure(quick, recipe, beside, trained, tmp_path):
    out = beside(tmp_path)
    words = [*trained[1], "--out", out, "--resume"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("matplotlib.figure.Figure.savefig", full)
        status, error = recipe(*words)
    assert status == 0
    assert error == "The figure curves could not be drawn ([Errno 28] No space left on device); the export is whole.\n"
    assert json.loads((out / "metrics.json").read_text())["test"] == {"mse": 1.0}
    assert "![" not in (out / "card.md").read_text()
    assert not list((out / "figures").iterdir())
    checksums.check(out)


@pytest.fixture
def disk(tmp_path):
    """A file system of 2 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if not shutil.which("mount") or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("mounting a small file system needs root, and a machine that lets it")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(disk, free):
    """Fills the file system up to some bytes."""
    room = os.statvfs(disk)
    (disk / "ballast").write_bytes(bytes(room.f_bavail * room.f_frsize - free))


def test_a_full_disk_leaves_the_former_export_whole(quick, recipe, beside, trained, disk, monkeypatch):
    out = beside(disk)
    before = contents(out)
    words = [*trained[1], "--out", out, "--resume"]
    publish = publishing.publish
    for free in (0, 12_000, 24_000, 40_000, 52_000, 64_000):  # full in another file each time

        def publish_full(*arguments, free=free, **options):
            fill(disk, free)
            publish(*arguments, **options)

        monkeypatch.setattr(publishing, "publish", publish_full)
        assert_whole(out, before, recipe(*words))
        (disk / "ballast").unlink()
    monkeypatch.setattr(publishing, "publish", publish)
    assert recipe(*words) == (0, "")
    assert contents(out) != before


@pytest.mark.parametrize("free", [0, 4096])
def test_a_disk_that_fills_while_training_is_told_in_a_sentence(free, recipe, folder, disk, idx_folder):
    out = disk / "out"
    shutil.copytree(folder, out)
    before = contents(out)
    fill(disk, free)
    words = ["--model", "vanilla", "--hidden-units", 64, "--epochs", 2, "--data", idx_folder, "--out", out]
    answer = recipe(*words)
    assert "No space left on device" in answer[1]
    assert_whole(out, before, answer, "Nothing of this run is kept.")
