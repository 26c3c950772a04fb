"""Checking an export: whatever is wrong with it is found, and said in a sentence."""

import hashlib
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from serving.refusing import Refused
from serving.verify import read_golden, tolerance, verify

IDS = tf.TensorSpec((None,), tf.int64, name="ids")
X = tf.TensorSpec((None, 2), tf.float32, name="x")
EYE = np.eye(2, dtype="float32")
GOLDEN = {
    "serving_default/in/x": EYE,
    "serving_default/out/double": 2 * EYE,
    "serving_default/out/large": np.array([True, True]),
    "titles/in/ids": np.array([0, 7]),
    "titles/out/title": np.array([b"zero", b"?"]),
    "titles/out/value": np.array([0, np.nan], "float32"),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """An export with two signatures, one of which answers unknown ids with NaN."""

    def double(x):
        return {"double": 2 * x, "large": tf.reduce_any(x > 0.5, axis=1)}

    def titles(ids):
        known = ids < 5
        value = tf.where(known, tf.cast(ids, tf.float32), np.nan)
        return {"title": tf.where(known, "zero", "?"), "value": value}

    folder = tmp_path_factory.mktemp("made")
    calls = {
        "serving_default": tf.function(double, input_signature=[X]),
        "titles": tf.function(titles, input_signature=[IDS]),
    }
    module = tf.Module()
    module.weight = tf.Variable(tf.zeros((100, 100)))
    tf.saved_model.save(module, str(folder / "saved_model"), signatures=calls)
    np.savez(folder / "golden.npz", **GOLDEN)
    return folder


@pytest.fixture
def export(made, tmp_path):
    shutil.copytree(made, tmp_path / "export")
    return tmp_path / "export"


def wrong(export: Path, **options) -> str:
    return "\n".join(verify(export, tolerance=1e-5, trusted=False, **options)[1])


def test_a_whole_export_is_right(export):
    assert verify(export, tolerance=1e-5, trusted=False) == (0.0, [])


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"serving_default/out/double": 2 * EYE + 1e-3}, "serving_default's double differs by 0.0005"),
        ({"serving_default/out/double": np.full((2, 2), np.nan, "float32")}, "double is not finite in golden.npz"),
        ({"serving_default/out/double": np.array([[np.nan, 0], [0, 2]], "float32")}, "double is not finite in golden"),
        ({"titles/out/value": np.array([np.nan, np.nan], "float32")}, "value is not finite in golden.npz"),
        ({"titles/out/value": np.array([0, np.inf], "float32")}, "value is not finite in golden.npz"),
        ({"titles/out/value": np.array([0, 1], "float32")}, "value is not finite in other places"),
        ({"titles/out/value": np.array([np.nan, 1], "float32")}, "value is not finite in other places"),
        ({"titles/out/title": np.array([b"zero", b"one"])}, "title has other texts"),
        ({"titles/out/title": np.array([b"zero"])}, "title has other texts"),
        ({"titles/out/title": np.zeros(2, "float32")}, "title is"),
        ({"serving_default/out/double": 2 * EYE[:1]}, "double is float32 (2, 2) where golden.npz has float32 (1, 2)"),
        ({"serving_default/out/double": np.float32(2)}, "where golden.npz has float32 ()"),
        ({"serving_default/out/double": 2.0 * np.eye(2)}, "where golden.npz has float64"),
        ({"serving_default/out/large": np.array([1, 1])}, "large is bool (2,) where golden.npz has int64"),
        ({"serving_default/out/more": EYE}, "more is missing in the signature"),
        ({"serving_default/out/large": None}, "large is missing in golden.npz"),
        ({"serving_default/in/x": np.eye(3, dtype="float32")}, "has others than the signature takes: x float32"),
        ({"serving_default/in/x": np.eye(2)}, "has others than the signature takes"),
        ({"serving_default/out/large": np.array([True, False])}, "large has other integers"),
        ({"serving_default/in/x": np.array(["2026-01-01"] * 2, "M8[s]")}, "has others than the signature takes"),
        ({"serving_default/out/double": EYE.astype("complex64")}, "where golden.npz has complex64"),
        ({"serving_default/in/x": None, "serving_default/in/y": EYE}, "has others than the signature takes"),
        ({key: None for key in GOLDEN if key.startswith("titles")}, "signature titles is missing in golden.npz"),
        ({"score/in/x": EYE, "score/out/score": EYE[0]}, "signature score is missing in saved_model"),
    ],
)
def test_whatever_differs_is_named(changes, told, export):
    arrays = {key: value for key, value in {**GOLDEN, **changes}.items() if value is not None}
    np.savez(export / "golden.npz", **arrays)
    assert told in wrong(export)


@pytest.mark.parametrize(
    "arrays",
    [
        {},
        {"a": EYE},
        {"a/b/c": EYE},
        {"a/in/x": EYE},
        {"a/in/x": EYE, "a/out/y": EYE[:0]},
        {"a/out/y": np.array([None])},
    ],
)
def test_golden_files_that_say_nothing_are_refused(arrays, tmp_path):
    np.savez(tmp_path / "golden.npz", **arrays)
    with pytest.raises(Refused) as refused:
        read_golden(tmp_path / "golden.npz")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", ["golden.npz", "saved_model/saved_model.pb", "saved_model/variables/variables.index"])
@pytest.mark.parametrize("damage", ["empty", "half", "noise"])
def test_damaged_files_are_refused_in_a_sentence(name, damage, export):
    file = export / name
    whole = file.read_bytes()
    noise = bytearray(whole)
    noise[len(whole) // 3 : len(whole) // 2] = b"\xa5" * (len(whole) // 2 - len(whole) // 3)
    file.write_bytes({"empty": b"", "half": whole[: len(whole) // 2], "noise": bytes(noise)}[damage])
    with pytest.raises(Refused) as refused:
        verify(export, tolerance=1e-5, trusted=False)
    assert "\n" not in str(refused.value)


def test_sums_are_checked(export):
    name = "saved_model/variables/variables.data-00000-of-00001"
    digest = hashlib.sha256((export / name).read_bytes()).hexdigest()
    (export / "SHA256SUMS").write_text(f"{digest[::-1]}  {name}\n")
    with pytest.raises(Refused, match=f"{name} is not the file"):
        wrong(export)


@pytest.mark.parametrize("word", ["nan", "inf", "-1", "much"])
def test_a_tolerance_that_compares_nothing_is_refused(word):
    with pytest.raises(ValueError, match=r"^$|could not"):
        tolerance(word)
    assert tolerance("0") == 0


def test_an_archive_that_would_burst_is_refused_unread(export):
    with (
        zipfile.ZipFile(export / "golden.npz", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("serving_default/in/x.npy", "w", force_zip64=True) as opened,
    ):
        for _ in range(1100):
            opened.write(bytes(1_000_000))
    with pytest.raises(Refused, match="it would unpack to 1,100,000,000 bytes"):
        wrong(export)


def test_the_command_answers_with_a_status_and_sentences(export, made, fresh_python):
    (export / "golden.npz").write_bytes(b"")
    run = fresh_python("-I", "serving/verify.py", made, export)
    assert run.returncode == 1
    assert run.stdout.endswith("Keras or project modules loaded: none\n")
    assert run.stderr.startswith(f"{export}/golden.npz cannot be read")
    assert run.stderr.count("\n") == 1
    assert fresh_python("-I", "serving/verify.py", made).stderr == ""
