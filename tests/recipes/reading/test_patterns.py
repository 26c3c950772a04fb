"""Patterns of files: which there are, what they match, where they begin."""

from pathlib import Path

import pytest

from recipes.reading import patterns
from zoo import UsageError


def test_a_pattern_has_a_wildcard_and_an_ending_and_is_no_file(tmp_path):
    for source, expected in {
        "a/part-*.csv": True,
        "a/part-*.CSV.gz": True,
        "a/part-0[12].csv": True,
        "a/**/*.csv": True,
        "a/part-1.csv": False,
        "a/part-*.png": False,
        "a/*": False,
    }.items():
        assert patterns.is_pattern(source, (".csv",)) is expected, source
    (tmp_path / "a[1].csv").touch()
    assert not patterns.is_pattern(f"{tmp_path}/a[1].csv", (".csv",))


def test_files_come_by_name_and_folders_do_not(tmp_path):
    for name in ("b.csv", "a.csv", "in/c.csv", "in/d.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "x.csv").mkdir()
    names = [path.relative_to(tmp_path).as_posix() for path in patterns.matched(f"{tmp_path}/**/*.csv")]
    assert names == ["a.csv", "b.csv", "in/c.csv"]
    with pytest.raises(UsageError, match="matches no file"):
        patterns.matched(f"{tmp_path}/*.parquet")


def test_a_pattern_begins_before_its_first_wildcard():
    assert patterns.root("photos/all/**/*.jpg") == Path("photos/all")
    assert patterns.root("*.jpg") == Path()
    assert patterns.root("/a/b?/c.jpg") == Path("/a")
