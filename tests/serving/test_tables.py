"""A table's rows are the same however it is written and whichever parser reads them, and a bad line is named."""

import gzip
import itertools

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from serving import tables, text_files
from serving.dialects import Dialect, dialect
from serving.refusing import Refused
from serving.text_files import TextFile, on_disk

ANY = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
KINDS = {"a": "number", "b": "word", "c": "id"}
ODD = """1 1.5 -2e3 NA nan NAN inf x None 007 +1 1. .5 1.0 9223372036854775807 9223372036854775808 9007199254740993.0 -1
1_0 0x1 1e é ٣ TRUE ' 1;5 \ufeff1 -0 1e2"""
CELLS = st.text("01.,e-+ \t|x", max_size=4) | st.sampled_from(["", " 7", "7 ", "a b", "1 2", *ODD.split()])


def whole(parts):
    """Lines and columns of all parts."""
    parts = list(parts)
    if not parts:
        return [], {}
    lines = np.concatenate([part.lines for part in parts]).tolist()
    return lines, {name: np.concatenate([part.columns[name] for part in parts]) for name in parts[0].columns}


def of_text(content, delimiter=",", decimal="."):
    file = TextFile("a.csv", "a.csv", len(content), None)
    return file, Dialect("utf-8", delimiter, decimal, False, tuple(KINDS))


@ANY
@given(
    rows=st.lists(st.lists(CELLS, min_size=2, max_size=4), max_size=5),
    delimiter=st.sampled_from([",", ";", "\t", "|", "::"]),
    decimal=st.sampled_from([".", ","]),
    end=st.booleans(),
)
def test_the_fast_parser_takes_nothing_that_the_strict_one_does_not(rows, delimiter, decimal, end):
    content = "".join(delimiter.join(row) + "\n" for row in rows).removesuffix("\n" if end else "")
    file, found = of_text(content, delimiter, decimal)
    fast = tables._at_once(found, KINDS, 3, content)
    if fast is not None:
        lines, columns = whole(tables._one_by_one(file, found, KINDS, 3, content.splitlines(keepends=True)))
        assert fast.lines.tolist() == lines
        for name in KINDS:
            assert fast.columns[name].dtype == columns[name].dtype
            np.testing.assert_array_equal(fast.columns[name], columns[name])


def test_plain_rows_take_the_fast_parser():
    for delimiter in (",", ";", "\t", "|", "::"):
        content = "".join(delimiter.join([f"{i}.5", "word", f"{i}"]) + "\n" for i in range(9))
        assert len(tables._at_once(of_text("", delimiter)[1], KINDS, 1, content).lines) == 9


PLAIN = "höhe,art,id\n" + "".join(f"{i}.5,{('None', 'NA', 'gut')[i % 3]},{i}\n" for i in range(20))
WRITTEN = {
    "utf-8": PLAIN.encode(),
    "a mark": PLAIN.encode("utf-8-sig"),
    "utf-16": PLAIN.encode("utf-16"),
    "utf-16, big": b"\xfe\xff" + PLAIN.encode("utf-16-be"),
    "utf-16 without a mark": PLAIN.encode("utf-16-le"),
    "utf-32": PLAIN.encode("utf-32"),
    "latin-1": PLAIN.encode("latin-1"),
    "semicolons": PLAIN.replace(",", ";").encode(),
    "tabs": PLAIN.replace(",", "\t").encode(),
    "bars": PLAIN.replace(",", "|").encode(),
    "double colons": PLAIN.replace(",", "::").encode(),
    "decimal commas": PLAIN.replace(",", ";").replace(".", ",").encode(),
    "decimal commas under tabs": PLAIN.replace(",", "\t").replace(".", ",").encode(),
    "carriage returns": PLAIN.replace("\n", "\r").encode(),
    "windows": PLAIN.replace("\n", "\r\n").encode(),
    "no last line end": PLAIN[:-1].encode(),
    "quotes": PLAIN.replace("höhe", '"höhe"').replace("gut", '"gut"').encode(),
    "quotes late": PLAIN.replace("18.5", '"18.5"').encode(),
    "spaces": PLAIN.replace(",", " , ").encode(),
    "delimiters at the ends": PLAIN.replace("\n", ",\n").replace("id,", "id", 1).encode(),
    "gzip": gzip.compress(PLAIN.encode()),
    "gzip of utf-16": gzip.compress(PLAIN.encode("utf-16")),
}


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize("block", [1 << 16, 7])
def test_rows_are_the_same_however_they_are_written(written, block, tmp_path, monkeypatch):
    (tmp_path / "t").write_bytes(WRITTEN[written])
    file = on_disk(tmp_path / "t")
    found = dialect(file)
    assert found.names == ("höhe", "art", "id")
    monkeypatch.setattr(text_files, "HEAD", block)
    monkeypatch.setattr(text_files, "BLOCK", block)
    lines, columns = whole(tables.rows(file, found, {"id": "id", "art": "word", "höhe": "number"}))
    assert lines == list(range(2, 22))
    assert columns["höhe"].tolist() == [i + 0.5 for i in range(20)]
    assert columns["art"].tolist() == ["None", "NA", "gut"] * 6 + ["None", "NA"]
    assert columns["id"].tolist() == list(range(20))
    assert columns["id"].dtype == "int64"


def read(content, kinds=None, header=True, folder=None):
    (folder / "t.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    file = on_disk(folder / "t.csv")
    return whole(tables.rows(file, dialect(file, header), kinds or {"a": "number", "b": "word"}))


def test_the_line_of_a_row_counts_empty_lines_and_lines_within_quotes(tmp_path):
    lines, columns = read('a,b\n\n1,"x\ny"\n \n2,z\n', folder=tmp_path)
    assert lines == [3, 6]
    assert columns["b"].tolist() == ["x\ny", "z"]


def test_without_a_header_the_first_line_is_a_row(tmp_path):
    lines, columns = read("1,x\n2,y\n", {"1": "number", "2": "word"}, header=False, folder=tmp_path)
    assert lines == [1, 2]
    assert columns["2"].tolist() == ["x", "y"]
    lines, columns = read("1,5;2,5\n3,5;4,5\n", {"1": "number", "2": "number"}, header=False, folder=tmp_path)
    assert columns["2"].tolist() == [2.5, 4.5]


def test_latin_1_is_found_out_late_where_all_before_was_ascii(tmp_path, monkeypatch):
    monkeypatch.setattr(text_files, "HEAD", 64)
    content = "a,b\n" + "1,x\n" * 100
    assert read(content.encode() + b"2,\xe9\n", folder=tmp_path)[1]["b"][-1] == "é"
    with pytest.raises(Refused, match="it is no text in utf-8"):
        read(("a,b\n" + "1,ü\n" * 100).encode() + b"2,\xe9\n", folder=tmp_path)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "line 1 is empty"),
        ("a,b\n1,x\nx,1\n", "line 3, column 'a' holds 'x': it must hold a number"),
        ("a,b\n1,x\n1_0,x\n", "line 3, column 'a' holds '1_0'"),
        ("a,b\n1\n", "line 2 has 1 cell where there are 2 columns, separated by commas. Received: '1'"),
        ("a,b\n1,2,3\n", "line 2 has 3 cells where there are 2 columns"),
        ("a,b\n1,2\n3", "line 3, the last, is torn off. Received: '3'"),
        ('a,b\n1,"2\n3,4\n', "a quote that opens in line 2 is not closed"),
        ('a,b\n1,"' + "x" * 200_000 + '"\n', "line 2 is no row of a table (field larger than field limit"),
        ("a,b\n1,x\0y\n", "its beginning is no text"),
        (b"a,b\n" + b"1,x\n" * 20_000 + b"2,\0\n", "line 20002 holds what is no text"),
        ("a,b\n1," + "x" * 2_000_000, "line 2 has over 1,048,576 characters"),
        (gzip.compress(b"a,b\n" * 9, mtime=0)[:-9], "cannot be read"),
        (gzip.compress(b"\0" * 10_000_000, mtime=0), "is no table"),
        (gzip.compress(b"a,b\n" + b"1,2\n" * 30_000_000, 9, mtime=0), "unpacks to over 100,000,000 bytes"),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence(content, told, tmp_path):
    with pytest.raises(Refused) as refused:
        read(content, folder=tmp_path)
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)


def test_garbage_is_told_before_a_huge_file_is_read(tmp_path):
    (tmp_path / "t.csv").write_text("a,b\nx,1\n")
    with (tmp_path / "t.csv").open("r+b") as opened:
        opened.truncate(10_000_000_000)  # holes, which take no space
    with pytest.raises(Refused, match="is no text"):
        dialect(on_disk(tmp_path / "t.csv"))


def test_rows_come_block_by_block(tmp_path):
    (tmp_path / "t.csv").write_text("a,b\n" + "1,x\n" * 100_000)
    file = on_disk(tmp_path / "t.csv")
    first, *_ = itertools.islice(tables.rows(file, dialect(file), {"a": "number"}), 1)
    assert len(first.lines) < 20_000
