"""Formats for other runtimes: what was not run is not believed, a crash costs one signature, a stranger can check."""

import json
import os
import re
import shutil
import sys

import numpy as np
import pytest

import zoo
from zoo import checksums, converting, processes
from zoo.wrappers.scaled import Scaled

X = np.linspace(0, 255, 15, dtype="float32").reshape(3, 5)
FORMATS = ("onnx", "litert")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A generative model of raw pixels in all formats."""
    pytest.importorskip("onnxruntime")
    pytest.importorskip("ai_edge_litert")
    model = zoo.build("vae", (5,), latent_dim=2, hidden_units=(3,), seed=0)
    folder = tmp_path_factory.mktemp("export")
    return zoo.export(Scaled(model, 255.0), folder, formats=["saved_model", *FORMATS], examples=X)


@pytest.mark.parametrize("format", FORMATS)
def test_a_stranger_without_tensorflow_gets_the_golden_outputs(format, folder, fresh_python):
    run = fresh_python("-I", "serving/verify.py", "--format", format, folder)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "sample is left out: it draws random numbers" in run.stdout
    assert re.search(r"decode\(code \(3, 2\)\) -> reconstruction \(3, 5\): largest difference", run.stdout)
    assert run.stdout.count("sample_from(noise (4, 2)) -> sample (4, 5)") == 1
    assert run.stdout.endswith("project modules loaded: none\n")


@pytest.mark.parametrize("format", FORMATS)
def test_what_differs_from_the_golden_outputs_is_found(format, folder, tmp_path, fresh_python):
    with np.load(folder / "golden.npz") as stored:
        arrays = dict(stored)
    arrays["encode/out/code"] = arrays["encode/out/code"] + 0.01
    np.savez(tmp_path / "golden.npz", **arrays)
    (tmp_path / format).symlink_to(folder / format)
    run = fresh_python("-I", "serving/verify.py", "--format", format, tmp_path)
    assert run.returncode == 1
    assert "encode's code differs by" in run.stderr


def test_a_fault_names_files_without_their_folder(folder, tmp_path):
    shutil.copytree(folder / "onnx", tmp_path / "onnx")
    (tmp_path / "onnx" / "encode.onnx").write_bytes(b"damaged")
    found = processes.run("onnx", tmp_path / "onnx", {"encode": {"golden": {"x": X}}})
    assert str(found["encode"]["error"]).startswith("encode.onnx cannot be loaded")


@pytest.mark.parametrize(("format", "name"), [("onnx", "encode.onnx"), ("litert", "model.tflite")])
def test_a_damaged_file_is_refused_in_a_sentence(format, name, folder, tmp_path, fresh_python):
    (tmp_path / "golden.npz").symlink_to(folder / "golden.npz")
    (tmp_path / format).mkdir()
    (tmp_path / format / "signatures.json").write_bytes((folder / format / "signatures.json").read_bytes())
    for file in (folder / format).iterdir():
        (tmp_path / format / file.name).write_bytes(file.read_bytes()[:100] if file.name == name else file.read_bytes())
    run = fresh_python("-I", "serving/verify.py", "--format", format, tmp_path)
    assert run.returncode == 1
    assert "Traceback" not in run.stderr
    assert f"{name} cannot be loaded" in run.stderr


def test_the_sums_cover_the_files_and_the_list_says_what_was_run(folder):
    names = [line.split("  ")[1] for line in (folder / checksums.NAME).read_text().splitlines()]
    assert {"onnx/encode.onnx", "onnx/signatures.json", "litert/model.tflite", "litert/signatures.json"} <= set(names)
    for format, listed in converting.read(folder).items():
        assert set(listed["signatures"]) == {"serving_default", "encode", "decode", "score", "sample_from"}
        encode = listed["signatures"]["encode"]
        assert encode["inputs"] == [{"name": "x", "dtype": "float32", "shape": [None, 5]}]
        assert [each["name"] for each in encode["outputs"]] == ["code", "log_variance"]
        assert encode["milliseconds"]["256"].keys() == {format, "tensorflow"}
        assert listed["versions"]


def test_a_file_beside_them_that_has_no_sum_is_refused(folder, tmp_path, fresh_python):
    shutil.copytree(folder, tmp_path / "export")
    (tmp_path / "export" / "onnx" / "more.onnx").write_bytes(b"more")
    with pytest.raises(zoo.UsageError, match=r"does not name .*more\.onnx"):
        zoo.load(tmp_path / "export")
    run = fresh_python("-I", "serving/verify.py", "--format", "onnx", tmp_path / "export")
    assert "does not name" in run.stderr


def test_a_missing_package_is_named(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "tf2onnx", None)
    for name in ("zoo.formats.onnx", "zoo.onnx_graphs"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.delattr(zoo, "onnx_graphs", raising=False)
    monkeypatch.delitem(sys.modules, "tf2onnx.convert", raising=False)
    with pytest.raises(
        zoo.UsageError, match=r"'onnx' needs the package tf2onnx.*pip install 'autoencoder-zoo\[onnx\]'"
    ):
        zoo.export(zoo.build("vanilla", (5,), latent_dim=2), tmp_path / "e", formats=["onnx"])
    assert not (tmp_path / "e").exists()


def signature(**outputs):
    return converting.Signature(None, (), dict.fromkeys(outputs), {name: name for name in outputs}, ())


@pytest.mark.parametrize(
    ("value", "wanted", "fault"),
    [
        (X, X, ""),
        (X + 1e-3, X, ""),  # of 255
        (X + 1e-2, X, "its y differs by 3.9e-05 from the model's"),
        (X[:2], X, "its y is float32 (2, 5) where the model gives float32 (3, 5)"),
        (X.astype("float64"), X, "its y is float64 (3, 5) where"),
        (np.full((3, 5), np.nan, "float32"), X, "its y differs by inf"),
        (np.array([np.inf, 1.0]), np.array([np.inf, 1.0]), ""),
        (np.array([-np.inf, 1.0]), np.array([np.inf, 1.0]), "its y differs by inf"),
        (np.array([np.nan, 1.0]), np.array([np.inf, 1.0]), "its y differs by inf"),
        (np.array([3]), np.array([2]), "its y differs by 0.5"),
        (np.eye(32, dtype="uint8")[:1] + np.zeros((64, 1), "uint8"), np.zeros((64, 32), "uint8"), "its y differs by 1"),
        (np.array([1, *[7] * 1999], "uint8"), np.array([0, *[7] * 1999], "uint8"), ""),  # rounded the other way
        (np.array([2, *[7] * 1999], "uint8"), np.array([0, *[7] * 1999], "uint8"), "its y differs by 0.29"),
    ],
)
def test_what_is_the_same(value, wanted, fault):
    difference, found = converting._compared({"golden/y": value}, {"golden": {"y": wanted}}, signature(y=None))
    assert found.startswith(fault)
    assert bool(found) == bool(fault)
    assert (difference <= converting.TOLERANCE) == (not fault) or "where" in fault


def test_a_converter_is_not_believed(tmp_path, monkeypatch):
    """What it says to have converted is run; what is wrong goes, with the reason, and the rest stays."""
    model = zoo.build("vanilla", (5,), latent_dim=2, seed=0)
    held = []

    def convert(signatures, folder):
        held.append(sorted(signatures))
        for file in folder.glob("*.bin"):
            file.unlink()
        (folder / "shared").write_bytes(b"12")
        for name in signatures:
            (folder / f"{name}.bin").write_bytes(b"1234")
        return {"score": "it has no such operation"} if "score" in signatures else {}

    def run(runtime, folder, given):
        endpoints, answers = model.endpoints(), {}
        for name, cases in given.items():
            answers[name] = {f"seconds/{case}": np.array(0.001) for case in cases if case.isdecimal()}
            for case in ("golden", "other"):
                for key, value in endpoints[name].call(*cases[case].values()).items():
                    wrong = 1e-3 if name == "decode" and case == "other" else 0.0
                    answers[name][f"{case}/{key}"] = value.numpy() + np.float32(wrong)
        return answers

    monkeypatch.setattr(processes, "run", run)
    options = {"runtime": "made_up", "convert": convert, "file_of": lambda name: f"{name}.bin", "versions": {}}
    options["shared"] = "shared"
    converting.write(model, tmp_path / "made_up", None, **options)
    listed = json.loads((tmp_path / "made_up" / "signatures.json").read_text())
    assert listed["refused"] == {
        "decode": "its reconstruction differs by 0.001 from the model's",
        "score": "it has no such operation",
    }
    assert list(listed["signatures"]) == ["serving_default", "encode"]
    assert sorted(os.listdir(tmp_path / "made_up")) == [
        "encode.bin",
        "serving_default.bin",
        "shared",
        "signatures.json",
    ]
    assert listed["signatures"]["encode"]["bytes"] == 4 + 2
    assert held[-1] == ["encode", "serving_default"]
