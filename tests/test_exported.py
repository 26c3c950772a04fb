"""The exports in git work for a stranger, are small, and say the truth about themselves."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

import zoo
from zoo import golden

EXPORTED = Path(__file__).resolve().parent.parent / "exported"
# What git keeps; other exports in a checkout are its owner's own.
KEPT = re.findall(r"^!/exported/(.+)/$", (EXPORTED.parent / ".gitignore").read_text("utf-8"), re.MULTILINE)
FOLDERS = [EXPORTED / name for name in KEPT]
SHAPE = {"test", "validation", "baselines", "published", "train", "data", "model", "seed", "command", "versions"}


def test_every_export_gives_its_golden_outputs_without_keras_and_without_the_project(fresh_python):
    run = fresh_python("-I", "serving/verify.py", *FOLDERS)
    assert run.returncode == 0, run.stdout + run.stderr
    assert all(f"{folder}:" in run.stdout for folder in FOLDERS)
    assert len(FOLDERS) >= 2


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_loaded_with_keras_it_gives_its_golden_outputs_too(folder):
    model = zoo.load(folder)
    differences = golden.differences(model, folder / golden.NAME)
    with np.load(folder / golden.NAME) as arrays:
        assert differences.keys() == {key for key in arrays.files if "/out/" in key}
    assert max(differences.values()) < 1e-5
    record = json.loads((folder / "metrics.json").read_text("utf-8"))
    assert model.name == record["model"]["name"]
    while hasattr(model, "model"):
        model = model.model
    assert model.compiled


def test_a_wrong_output_is_noticed(tmp_path, fresh_python):
    with np.load(FOLDERS[0] / "golden.npz") as stored:
        arrays = dict(stored)
    arrays["encode/out/code"] = arrays["encode/out/code"] + 0.01
    (tmp_path / "saved_model").symlink_to(FOLDERS[0] / "saved_model")
    np.savez(tmp_path / "golden.npz", **arrays)
    assert fresh_python("-I", "serving/verify.py", tmp_path).returncode == 1


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_it_is_small_and_whole(folder):
    kept = [f for f in folder.rglob("*") if f.is_file()]
    assert sum(f.stat().st_size for f in kept) < (8_000_000 if folder.name.startswith("images-") else 12_000_000)
    assert max((f.stat().st_size for f in folder.glob("onnx/*")), default=0) < 4_000_000
    names = {f.relative_to(folder).as_posix() for f in kept}
    assert {"card.md", "metrics.json", "golden.npz", "saved_model/saved_model.pb", "SHA256SUMS"} <= names
    assert "figures/curves.png" in names


def test_all_of_mnist_together_stay_small():
    folders = [folder for folder in FOLDERS if folder.name.startswith("mnist-")]
    kept = [f for folder in folders for f in folder.rglob("*") if f.is_file()]
    assert sum(f.stat().st_size for f in kept) < 60_000_000


def test_onnx_files_give_the_golden_outputs_too(fresh_python):
    folders = [folder for folder in FOLDERS if (folder / "onnx").is_dir()]
    run = fresh_python("-I", "serving/verify.py", "--format", "onnx", *folders)
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.count("serving_default") == len(folders) >= 12


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_its_card_states_its_metrics(folder):
    record = json.loads((folder / "metrics.json").read_text("utf-8"))
    assert record.keys() - {"formats"} == SHAPE
    card = (folder / "card.md").read_text("utf-8")
    for told in (record["data"]["checksum"], record["command"], f"Seed {record['seed']}", record["versions"]["keras"]):
        assert told in card
    for value in record["test"].values():
        assert f"{value:.4g}" in card
    assert (folder / "SHA256SUMS").read_text("utf-8") in card


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_its_metrics_are_those_of_the_results_table(folder, root):
    published = root / "benchmarks" / "results" / f"{folder.name}.json"
    assert published.read_bytes() == (folder / "metrics.json").read_bytes()
