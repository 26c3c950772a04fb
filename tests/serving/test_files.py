"""What commands write takes a file's place, and nothing else's; paths that cannot be are answered in a sentence."""

import os

import pytest

from serving import compress, decompress, detect, files, recommend, refusing, verify
from serving.refusing import Refused

LONG = "x" * 300


def test_a_file_is_replaced_and_a_folder_that_lacks_is_made(tmp_path):
    for place in (tmp_path / "old", tmp_path / "new" / "deep"):
        (tmp_path / "old").write_text("before")
        with files.aside(place) as new:
            new.write_text("after")
        assert place.read_text() == "after"
        assert [path.name for path in place.parent.iterdir() if path.name.startswith(".")] == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes")
def test_what_is_no_file_stays(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    for name in ("pipe", "link", "."):
        with pytest.raises(Refused, match="is there and is no file: give another OUT"), files.aside(tmp_path / name):
            pass
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "pipe"]


def test_places_are_compared_also_where_links_lead_nowhere(tmp_path):
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "there").symlink_to(tmp_path / "file")
    assert files.is_same(tmp_path / "there", tmp_path / "file")
    assert not files.is_same(tmp_path / "loop", tmp_path / "file")


@pytest.mark.parametrize(
    ("module", "words"),
    [
        (compress, [LONG, "a.png", "b.azc"]),
        (compress, ["export", LONG, "b.azc"]),
        (decompress, [LONG, "a.azc", "b.png"]),
        (detect, [LONG, "a.csv", "b.csv"]),
        (recommend, [LONG, "1=5"]),
        (verify, [LONG]),
    ],
)
def test_a_path_that_no_system_takes_is_a_sentence(module, words, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", [module.__name__, *words])
    with pytest.raises(SystemExit) as stop:
        module.main()
    said = stop.value.code if isinstance(stop.value.code, str) else capsys.readouterr().err
    assert "File name too long" in said or "is not there" in said


def test_ids_of_films_have_64_bits():
    assert all(map(recommend.is_number, ("17", "-5", str(2**63 - 1))))
    assert not any(map(recommend.is_number, ("²", "", "a", str(2**63))))


def test_an_ending_says_which_file_where_the_error_does_not():
    assert refusing.unreadable(OSError(28, "No space left"), "out.csv") == (
        "Could not read or write (No space left): out.csv."
    )
