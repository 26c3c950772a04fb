"""Texts from folders, tables and lines, with their labels and parts; what is none of that in a sentence."""

from pathlib import Path

import numpy as np
import pytest

from recipes.data import documents
from zoo import UsageError

TEXTS = [f"a text of the number {i}" for i in range(40)]


def of_lines(path: Path, lines: list[str]) -> str:
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return str(path)


def test_folders_are_labels(tmp_path):
    for i, text in enumerate(TEXTS):
        folder = tmp_path / ("sky" if i % 2 else "sea")
        folder.mkdir(exist_ok=True)
        (folder / f"{i:02}.txt").write_text(text, "utf-8")
    found = documents.load(str(tmp_path))
    assert found.labels == ("sea", "sky")
    assert all(("sea", "sky")[y] in title for y, title in zip(found.y, found.titles, strict=True))
    assert [len(rows) for rows in found.rows.values()] == [24, 8, 8]
    assert sorted(np.concatenate(list(found.rows.values()))) == list(range(40))


def test_a_table_has_a_column_of_texts_and_one_of_labels(tmp_path):
    rows = [f'"{text}, quoted",{("sea", "sky")[i % 2]}' for i, text in enumerate(TEXTS)]
    source = of_lines(tmp_path / "table.csv", ["text,kind", *rows])
    found = documents.load(source, label="kind")
    assert found.texts[0] == "a text of the number 0, quoted"
    assert found.labels == ("sea", "sky")
    assert documents.load(source).labels == ()
    with pytest.raises(UsageError, match="no column 'words': it has 'text', 'kind'"):
        documents.load(source, column="words")


def test_lines_of_a_text_its_part_and_its_label_are_split_as_they_say(tmp_path):
    parts = ["train"] * 20 + ["val"] * 12 + ["test"] * 8
    lines = [f"{text}\t{part}\t{'ab'[i % 2]}" for i, (text, part) in enumerate(zip(TEXTS, parts, strict=True))]
    found = documents.load(of_lines(tmp_path / "corpus.tsv", lines))
    assert {part: rows.tolist() for part, rows in found.rows.items()} == {
        "train": list(range(20)),
        "validation": list(range(20, 32)),
        "test": list(range(32, 40)),
    }
    assert found.labels == ("a", "b")
    assert found.texts[3] == TEXTS[3]
    with pytest.raises(UsageError, match=r"corpus.tsv: line 41 must hold a text, its part"):
        documents.load(of_lines(tmp_path / "corpus.tsv", [*lines, "no tabs"]))
    with pytest.raises(UsageError, match="has no text of the part validation"):
        documents.load(of_lines(tmp_path / "corpus.tsv", [line.replace("\tval\t", "\ttest\t") for line in lines]))


def test_a_file_has_a_text_on_each_line(tmp_path):
    found = documents.load(of_lines(tmp_path / "lines.txt", TEXTS))
    assert found.texts == TEXTS
    assert found.labels == ()


def test_what_are_no_texts_is_refused_in_a_sentence(tmp_path):
    with pytest.raises(UsageError, match="is not there"):
        documents.load(str(tmp_path / "nothing"))
    with pytest.raises(UsageError, match="at least 30 texts that differ"):
        documents.load(of_lines(tmp_path / "few.txt", TEXTS[:5] * 10))
    with pytest.raises(UsageError, match="--column and --label are for tables"):
        documents.load("sample", column="review")
    (tmp_path / "bytes.txt").write_bytes(b"one\xff\n" * 50)
    with pytest.raises(UsageError, match="no UTF-8 text"):
        documents.load(str(tmp_path / "bytes.txt"))


def test_the_sample_are_reviews_in_the_packages_own_parts():
    found = documents.load("sample")
    assert [len(rows) for rows in found.rows.values()] == [3200, 800, 1000]
    assert found.labels == ("great", "other")
    assert not any("<br" in text for text in found.texts)
