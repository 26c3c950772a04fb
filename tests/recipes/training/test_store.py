"""What is kept of a run is counted and named."""

import json

import numpy as np
import pytest

from recipes import training
from recipes.training.store import Store


def keep(folder, **notes):
    folder.mkdir(parents=True, exist_ok=True)
    Store(folder / training.CHECKPOINT, {}).write({"variable": [np.zeros(2)]}, **notes)


def test_nothing_is_kept_where_nothing_lies(tmp_path):
    assert training.kept(tmp_path) == ""
    assert training.kept(tmp_path / "nowhere") == ""


@pytest.mark.parametrize(
    ("notes", "words"),
    [
        ({"pretraining": {"done": 1}}, "1 epoch of pretraining"),
        ({"progress": {"epoch": 3, "pretraining": 0.0}}, "3 epochs of training"),
        ({"progress": {"epoch": 0, "pretraining": 2.5}}, "a whole pretraining"),
        ({"progress": {"epoch": 1, "pretraining": 2.5}}, "a whole pretraining and 1 epoch of training"),
    ],
)
def test_a_run_of_one_model(notes, words, tmp_path):
    keep(tmp_path, **notes)
    assert training.kept(tmp_path) == f"Kept in {tmp_path}: {words}."


def test_a_run_of_several_models(tmp_path):
    keep(tmp_path / "normal-0", progress={"epoch": 5, "pretraining": 0.0})
    keep(tmp_path / "normal-1", progress={"epoch": 2, "pretraining": 0.0})
    assert training.kept(tmp_path) == f"Kept in {tmp_path}: 7 epochs of training."


@pytest.mark.parametrize("content", [b"no archive", b""])
def test_a_damaged_file_keeps_nothing(content, tmp_path):
    (tmp_path / training.CHECKPOINT).write_bytes(content)
    assert training.kept(tmp_path) == ""


def test_what_was_half_written_is_removed_and_what_is_whole_stays(tmp_path):
    keep(tmp_path / "normal-0", progress={"epoch": 5, "pretraining": 0.0})
    for place in (tmp_path, tmp_path / "normal-0"):
        left = place / f".{training.CHECKPOINT}.abcd1234"
        left.mkdir()
        (left / training.CHECKPOINT).write_bytes(b"half")
        (place / "logs").mkdir()
    training.clear(tmp_path)
    files = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")}
    assert files == {"logs", "normal-0", "normal-0/logs", f"normal-0/{training.CHECKPOINT}"}
    training.finish(tmp_path)
    training.clear(tmp_path)
    assert [path.name for path in tmp_path.rglob("*")] == ["normal-0"]


def test_a_file_says_what_it_holds(tmp_path):
    keep(tmp_path, progress={"epoch": 5})
    store = Store(tmp_path / training.CHECKPOINT, {})
    assert store.notes == {"progress": {"epoch": 5}}
    np.testing.assert_array_equal(store.group("variable"), [np.zeros(2)])
    with np.load(tmp_path / training.CHECKPOINT) as archive:
        assert json.loads(str(archive["notes"]))["identity"] == {}
