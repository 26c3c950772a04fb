"""Writing aside and renaming into place."""

import os
import sys
from pathlib import Path

import pytest

from zoo.files import check_replaceable, recover, replacing


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


@pytest.mark.parametrize("there", [True, False])
def test_a_link_stays_and_what_it_leads_to_is_replaced(there, tmp_path):
    (tmp_path / "disk").mkdir()
    if there:
        filled(tmp_path / "disk/export", "old")
    (tmp_path / "export").symlink_to("disk/export")
    with replacing(tmp_path / "export") as aside:
        assert aside.parent.parent == tmp_path / "disk"
        filled(aside, "new")
    assert (tmp_path / "export").is_symlink()
    assert (tmp_path / "disk/export/a.txt").read_text() == "new"
    assert [path.name for path in (tmp_path / "disk").iterdir()] == ["export"]


def test_what_died_after_the_second_rename_leaves_the_new_one_alone(tmp_path):
    filled(tmp_path / ".export.old", "old")
    filled(tmp_path / "export", "new")
    recover(tmp_path / "export")
    assert (tmp_path / "export/a.txt").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["export"]


def test_what_can_be_replaced_is_found_out_without_a_trace(tmp_path):
    filled(tmp_path / "export", "old")
    for name in ("export", "new", "deep/new"):
        check_replaceable(tmp_path / name)
    with pytest.raises(OSError, match=r"a\.txt"):
        check_replaceable(tmp_path / "export/a.txt/new")
    assert {path.name for path in tmp_path.rglob("*")} == {"export", "a.txt", "deep"}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes")
def test_what_is_neither_a_file_nor_a_folder_stays(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="neither a file nor a folder"), replacing(tmp_path / "pipe"):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]


@pytest.mark.skipif(not Path("/dev/shm").is_mount(), reason="there is no such mount point")
def test_a_mount_point_cannot_be_replaced():
    with pytest.raises(OSError, match="busy"):
        check_replaceable(Path("/dev/shm"))


KILLED = """
import os, signal, sys
from pathlib import Path
from zoo.files import check_replaceable, recover, replacing
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
