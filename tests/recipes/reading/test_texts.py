"""Plain texts: what is read is what was written, and what is no text is refused in a sentence."""

import codecs
import gzip
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recipes.reading import texts
from zoo import UsageError

WORDS = ["Amélie", "七人の侍", "🎬 of it", "plain"]


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_of_any_unicode_come_as_they_were_written(tmp_path, mark, encoding, end):
    file = tmp_path / "t.txt"
    file.write_bytes(mark + end.join(["", *WORDS, "  "]).encode(encoding))
    found = texts.lines(file)
    assert found.texts == WORDS
    assert found.places[0] == f"{file}: line 2"
    assert set(found.folders) == {"."}


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\n"), max_size=9), max_size=9))
def test_any_lines_are_those_of_the_file_but_for_white_space(tmp_path_factory, lines):
    file = tmp_path_factory.getbasetemp() / "any.txt"
    file.write_bytes(codecs.BOM_UTF8 + "\n".join(lines).encode())
    whole = [line.strip() for line in lines if line.strip()]
    if whole:
        assert texts.lines(file).texts == whole
    else:
        with pytest.raises(UsageError, match="holds no text"):
            texts.lines(file)


def test_a_folder_gives_all_its_lines_or_a_text_a_file(tmp_path):
    for name, text in {"b/2.txt": "two\nlines", "a/1.pos": "one", ".hidden": "no", "3.txt": " "}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert texts.lines(tmp_path).texts == ["one", "two", "lines"]
    found = texts.documents(tmp_path)
    assert found.texts == ["one", "two\nlines"]
    assert found.folders == ["a", "b"]
    assert found.places[1].endswith("b/2.txt")
    with pytest.raises(UsageError, match="give the folder that it is in"):
        texts.documents(tmp_path / "a/1.pos")


def test_a_packed_file_is_read(tmp_path):
    (tmp_path / "t.txt.gz").write_bytes(gzip.compress(b"one\ntwo"))
    assert texts.lines(tmp_path / "t.txt.gz").texts == ["one", "two"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "holds no text"),
        (b" \n\t\n", "holds no text"),
        (b"one\nt\0wo", r"line 2 holds a NUL, .* iconv"),
        ("a\nAm\u00e9lie".encode("latin-1"), "is no UTF-8 text from line 2 on: convert it"),
        (codecs.BOM_UTF16_LE + b"a", "is no UTF-16 text as it says"),
        (codecs.BOM_UTF16_LE + b"\x00\xd8a\x00", "is no UTF-16 text as it says"),
        ("one".encode("utf-16-le"), "line 1 holds a NUL"),
        (b"a\n" + b"x" * 1_000_000, r"line 2 has 1,000,000 characters, .* a line of its own"),
        (gzip.compress(b"one")[:-9], "cannot be read to its end"),
    ],
    ids=range(9),
)
def test_what_is_no_text_is_refused_in_a_sentence(tmp_path, content, sentence):
    file = tmp_path / "t.txt"
    file.write_bytes(content)
    with pytest.raises(UsageError, match=f"{re.escape(str(file))}.*{sentence}") as refused:
        texts.lines(file)
    assert "\n" not in str(refused.value)


def test_a_document_may_be_one_long_line(tmp_path):
    (tmp_path / "t.txt").write_text("x" * 1_000_000)
    assert len(texts.documents(tmp_path).texts[0]) == 1_000_000


def test_sizes_are_looked_at_before_anything_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(texts, "MOST_BYTES", 1_000_000)
    (tmp_path / "a").write_text("x" * 600_000)
    (tmp_path / "b").write_text("x" * 600_000)
    with pytest.raises(UsageError, match="has 1 MB of text: at most 1 MB are read"):
        texts.lines(tmp_path)
    (tmp_path / "b").write_bytes(gzip.compress(b"x" * 2_000_000))
    with pytest.raises(UsageError, match="b unpacks to over 1 MB"):
        texts.documents(tmp_path)
    with pytest.raises(UsageError, match="is not there"):
        texts.lines(tmp_path / "c")


def test_texts_that_are_all_equal_teach_nothing():
    texts.check_different(["a", "b", "c"], "x.txt", 3)
    with pytest.raises(UsageError, match=r"x.txt must hold at least 3 texts .* Received: 40, of which 1 differs\."):
        texts.check_different(["a"] * 40, "x.txt", 3)
