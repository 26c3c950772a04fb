"""Writing aside and renaming into place."""

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
