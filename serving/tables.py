"""The rows of a text table, block by block: numbers, words and ids by the columns' names, each row with its line.

Whole blocks of plain cells go through pandas's C parser. Where there is the least doubt, the standard library's parser
decides cell by cell, and says which line is wrong; both give the same values.
"""

from __future__ import annotations

import csv
import io
import itertools
import math
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from serving.dialects import DELIMITERS, Dialect
from serving.refusing import Refused, said
from serving.text_files import TextFile

Kind = Literal["number", "word", "id"]
ROWS_AT_A_TIME = 10_000  # where cells are read one by one
SHOWN = 40  # characters of a cell that a message shows
EMPTY = (
    "",
    "?",
    "NaN",
    "nan",
    "NA",
    "N/A",
    "n/a",
    "null",
    "NULL",
    "None",
)  # cells of a column of numbers that hold none
FLAGS = {word: value for value, name in enumerate(("false", "true")) for word in (name, name.title(), name.upper())}
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?inf(inity)?", re.ASCII | re.IGNORECASE)
ID = re.compile(r"0|[1-9]\d{0,18}", re.ASCII)  # as an integer is written
LARGEST = 2**63 - 1
END, UNIT = "\0", "\x1f"  # no line of a text holds the one, and hardly any the other


@dataclass(frozen=True)
class Rows:
    """Rows of a table.

    Attributes:
        lines: The line that each begins in, shape `(rows,)`.
        columns: By name, shape `(rows,)`: numbers, float64, NaN where a cell is empty; words, objects, stripped; ids,
            int64, or words where one is no integer.
        torn: Whether the last of them ends the file without a line end.
    """

    lines: np.ndarray
    columns: dict[str, np.ndarray]
    torn: bool = False


def rows(file: TextFile, found: Dialect, kinds: Mapping[str, Kind]) -> Iterator[Rows]:
    """Yields a table's rows; empty lines are counted and left out.

    Args:
        file: The table.
        found: How it is written.
        kinds: The columns that are wanted, by name, and what they hold.

    Raises:
        Refused: If a line has too many or too few cells, or a word where a number should stand; names the line.
    """
    blocks = file.blocks(found.encoding)
    for line, block in blocks:
        if found.header and line == 1:
            line, block = 2, block.partition("\n")[2]
        if '"' in block and len(found.delimiter) == 1:  # from here on a cell may go over lines
            later = (text for _, more in blocks for text in io.StringIO(more))
            yield from _one_by_one(file, found, kinds, line, itertools.chain(io.StringIO(block), later))
            return
        fast = _at_once(found, kinds, line, block)
        if fast is not None:
            yield fast
        else:
            yield from _one_by_one(file, found, kinds, line, io.StringIO(block))


def _at_once(found: Dialect, kinds: Mapping[str, Kind], line: int, block: str) -> Rows | None:
    """Reads plain lines with pandas's C parser; None wherever there is the least doubt."""
    delimiter = found.delimiter
    if len(delimiter) > 1:
        if "\t" in block:
            return None
        block, delimiter = block.replace(delimiter, "\t"), "\t"
    count = block.count("\n") + (not block.endswith("\n"))
    wide = block.count(delimiter) == (len(found.names) - 1) * count
    ids = [name for name, kind in kinds.items() if kind == "id"]
    odd = re.search(rf"(?:^|{re.escape(delimiter)})[+0 ]+\d", block, re.MULTILINE) if ids else None
    if not wide or odd or not block:
        return None
    places = {found.names.index(name): name for name in kinds}
    numbers = [place for place, name in places.items() if kinds[name] == "number"]
    dtypes = {"number": "float64", "word": object}  # an id's shows whether it is an integer
    types: Any = {place: dtypes[kinds[name]] for place, name in places.items() if kinds[name] != "id"}
    empty: Any = dict.fromkeys(numbers, EMPTY)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            frame = pd.read_csv(
                io.StringIO(block),
                sep=delimiter,
                decimal=found.decimal,
                header=None,
                names=range(len(found.names)),
                usecols=sorted(places),
                dtype=types,
                na_values=empty,
                keep_default_na=False,
                quoting=csv.QUOTE_NONE,
                index_col=False,
                low_memory=False,
                engine="c",
            )
    except (ValueError, OverflowError, Warning):
        return None
    columns = {name: frame[place].to_numpy() for place, name in places.items()}
    if len(frame) != count or any(columns[name].dtype != "int64" or (columns[name] < 0).any() for name in ids):
        return None
    words = [name for name, kind in kinds.items() if kind == "word"]
    columns |= {name: np.array([word.strip() for word in columns[name]], object) for name in words}
    return Rows(np.arange(line, line + count), columns, not block.endswith("\n"))


class _Lines:
    """Lines, then `END`; remembers whether the last one has a line end."""

    def __init__(self, lines: Iterable[str], delimiter: str) -> None:
        self.lines, self.delimiter, self.torn = lines, delimiter, False

    def __iter__(self) -> Iterator[str]:
        for line in self.lines:
            self.torn = not line.endswith("\n")
            yield line.replace(self.delimiter, UNIT) if len(self.delimiter) > 1 else line
        yield END


def _one_by_one(
    file: TextFile, found: Dialect, kinds: Mapping[str, Kind], line: int, lines: Iterable[str]
) -> Iterator[Rows]:
    """Reads lines cell by cell."""
    source = _Lines(lines, found.delimiter)
    records = _records(file, found, line, source)
    while part := list(itertools.islice(records, ROWS_AT_A_TIME)):
        at = np.array([number for number, _ in part])
        columns = {}
        for name, kind in kinds.items():
            place = found.names.index(name)
            cells = [row[place].strip() for _, row in part]
            columns[name] = _numbers(file, found, name, cells, at) if kind == "number" else _words(kind, cells)
        yield Rows(at, columns, source.torn)


def _records(file: TextFile, found: Dialect, line: int, source: _Lines) -> Iterator[tuple[int, list[str]]]:
    """Yields the line of each row that holds something, and its cells, as many as there are columns."""
    wide, begins, several = len(found.names), line, len(found.delimiter) > 1
    quoting: Any = csv.QUOTE_NONE if several else csv.QUOTE_MINIMAL
    delimiter = UNIT if several else found.delimiter
    reader = csv.reader(iter(source), delimiter=delimiter, quoting=quoting, skipinitialspace=not several)
    while True:
        try:
            cells = next(reader)
        except csv.Error as error:
            raise Refused(f"{file.name}: line {begins} is no row of a table ({said(error)}): mend that line.") from None
        if cells == [END]:
            return
        if cells and END in cells[-1]:
            raise Refused(f"{file.name}: a quote that opens in line {begins} is not closed: mend that line.")
        while len(cells) > wide and not cells[-1].strip():  # a delimiter at the end
            cells.pop()
        if len(cells) > 1 or any(cell.strip() for cell in cells):
            if len(cells) != wide:
                raise Refused(_misfit(file, found, begins, cells, source.torn))
            yield begins, cells
        begins = line + reader.line_num


def _misfit(file: TextFile, found: Dialect, line: int, cells: list[str], torn: bool) -> str:
    """Says that a line has too many or too few cells."""
    shown = repr(found.delimiter.join(cells)[:SHOWN])
    if torn and len(cells) < len(found.names):
        return f"{file.name}: line {line}, the last, is torn off. Received: {shown}. Fetch the file again."
    count = f"{len(cells)} cell{'s' if len(cells) > 1 else ''}"
    return (
        f"{file.name}: line {line} has {count} where there are {len(found.names)} columns, separated by "
        f"{DELIMITERS[found.delimiter]}. Received: {shown}. Mend that line."
    )


def _numbers(file: TextFile, found: Dialect, name: str, cells: list[str], lines: np.ndarray) -> np.ndarray:
    """Returns a column of numbers, NaN where a cell is empty."""
    values = np.full(len(cells), np.nan)
    for i, cell in enumerate(cells):
        value = number(cell, found.decimal)
        if value is None:
            raise Refused(
                f"{file.name}: line {lines[i]}, column {name!r} holds {cell[:SHOWN]!r}: it must hold a number. Mend "
                "it, or leave the column out."
            )
        values[i] = value
    return values


def number(cell: str, decimal: str = ".") -> float | None:
    """Returns the number that a cell holds, NaN if it is empty; None if it holds a word.

    Args:
        cell: What it holds, stripped.
        decimal: "." or ",".
    """
    if cell in EMPTY:
        return math.nan
    if cell in FLAGS:
        return FLAGS[cell]
    text = cell.replace(",", ".") if decimal == "," and "." not in cell else cell
    if not NUMBER.fullmatch(text) or (decimal == "," and "." in cell):
        return None
    return float(text)


def _words(kind: Kind, cells: list[str]) -> np.ndarray:
    """Returns a column of words, or of integers if it holds ids and all are such."""
    if kind == "id" and all(ID.fullmatch(cell) and int(cell) <= LARGEST for cell in cells):
        return np.array([int(cell) for cell in cells], "int64")
    return np.array(cells, object)
