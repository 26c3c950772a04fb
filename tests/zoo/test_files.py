"""Writing aside and renaming into place."""

import sys

import pytest

from zoo.files import replacing


def filled(folder, text):
    folder.mkdir()
    (folder / "a.txt").write_text(text)
    return folder


def test_a_folder_is_replaced_as_a_whole(tmp_path):
    target = filled(tmp_path / "export", "old")
    (target / "stale.txt").touch()
    with replacing(target) as aside:
        filled(aside, "new")
    assert [(f.name, f.read_text()) for f in target.iterdir()] == [("a.txt", "new")]
    assert [p.name for p in tmp_path.iterdir()] == ["export"]


def test_a_failure_leaves_the_old_one_whole_and_nothing_beside_it(tmp_path):
    target = filled(tmp_path / "export", "old")

    def fail():
        with replacing(target) as aside:
            filled(aside, "half")
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk"):
        fail()
    assert (target / "a.txt").read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["export"]


def test_what_died_between_the_two_renames_is_put_back(tmp_path):
    filled(tmp_path / ".export.old", "old")
    with pytest.raises(OSError, match="again"), replacing(tmp_path / "export"):
        raise OSError("again")
    assert (tmp_path / "export" / "a.txt").read_text() == "old"


def test_files_and_new_parents_work_too(tmp_path):
    with replacing(tmp_path / "deep" / "x.txt") as aside:
        aside.write_text("1")
    with replacing(tmp_path / "deep" / "x.txt") as aside:
        aside.write_text("2")
    assert (tmp_path / "deep" / "x.txt").read_text() == "2"


KILLED = """
import os, signal, sys
from pathlib import Path
from zoo.files import replacing
with replacing(Path(sys.argv[1])) as aside:
    aside.write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such locks")
def test_what_a_killed_process_left_is_removed_and_what_a_living_one_writes_stays(tmp_path, fresh_python):
    target = tmp_path / "a[1].txt"
    fresh_python("-c", KILLED, target)
    (left,) = tmp_path.iterdir()
    mine = filled(tmp_path / ".a[1].txt.thesis00", "years of work")
    with replacing(target) as aside:
        aside.write_text("first")
        assert not left.exists()
        with replacing(target) as other:
            other.write_text("second")
        assert aside.read_text() == "first"
    assert target.read_text() == "first"
    assert set(tmp_path.iterdir()) == {target, mine}
