"""A table as text: in any usual encoding, with any usual delimiter, packed with gzip or not; a line a row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from serving.dialects import Dialect, dialect
from serving.refusing import Refused
from serving.scoring.rows import Block, of_table
from serving.signatures import Spec
from serving.text_files import on_disk

ENDINGS = (".csv", ".tsv", ".txt", ".gz")


def reads(source: Path) -> bool:
    """Says whether a file is called as such a table is."""
    return source.suffix.lower() in ENDINGS


def names(source: Path) -> tuple[str, ...]:
    """Returns the columns' names, which its first line holds.

    Raises:
        Refused: If it is no table, or two columns have one name.
    """
    found = dialect(on_disk(source)).names
    if twice := [name for name in found if found.count(name) > 1]:
        raise Refused(f"{source} has two columns called {twice[0]!r}: rename one.")
    return found


def blocks(source: Path, inputs: Mapping[str, Spec], columns: Mapping[str, Sequence[str]]) -> Iterator[Block]:
    """Yields the lines, numbered as in the file, always in the same blocks.

    Args:
        source: The file.
        inputs: What the signature takes, by name.
        columns: By input, the columns that it takes.
    """
    file = on_disk(source)
    found = dialect(file)
    for first, text in file.blocks(found.encoding):
        lines = text.splitlines()
        numbers = np.arange(first, first + len(lines))
        kept = np.array([line > 1 and bool(cells.strip()) for line, cells in zip(numbers, lines, strict=True)], bool)
        lines = [line for line, keep in zip(lines, kept, strict=True) if keep]
        if lines:
            yield _block(numbers[kept], lines, found, inputs, columns)


def _block(
    numbers: np.ndarray,
    lines: list[str],
    found: Dialect,
    inputs: Mapping[str, Spec],
    columns: Mapping[str, Sequence[str]],
) -> Block:
    cells = _at_once(lines, found)
    bad = []
    if cells is None:
        rows = [_split(line, found.delimiter) for line in lines]
        fits = np.array([len(row) == len(found.names) for row in rows])
        bad = [
            (int(number), f"it has {len(row)} cells, and the first line {len(found.names)}")
            for number, row, fit in zip(numbers, rows, fits, strict=True)
            if not fit
        ]
        kept = [row for row, fit in zip(rows, fits, strict=True) if fit]
        cells, numbers = pd.DataFrame(kept, columns=list(found.names), dtype=object), numbers[fits]
    wanted = sorted({column for each in columns.values() for column in each})
    if found.decimal == ",":
        cells = cells.assign(**{name: cells[name].str.replace(",", ".", regex=False) for name in wanted})
    block = of_table(numbers, cells, inputs, columns)
    return block._replace(bad=sorted([*block.bad, *bad]))


def _at_once(lines: list[str], found: Dialect) -> pd.DataFrame | None:
    """Returns the cells of lines that all have as many; None of others, which are then read one by one."""
    if len(found.delimiter) > 1 or any('"' in line for line in lines):
        return None
    counts = {line.count(found.delimiter) for line in lines}
    if counts != {len(found.names) - 1}:
        return None
    return pd.read_csv(
        io.StringIO("\n".join(lines)), sep=found.delimiter, header=None, names=list(found.names), dtype=object,
        na_filter=False, quoting=csv.QUOTE_NONE, skipinitialspace=True, skip_blank_lines=False,
    )  # fmt: skip


def _split(line: str, delimiter: str) -> list[str]:
    if len(delimiter) > 1:
        return line.split(delimiter)
    return next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])
