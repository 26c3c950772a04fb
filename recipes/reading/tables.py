"""Tables for recipes: the reader of `serving`, whose refusals become sentences of a recipe."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from serving import parquet, tables
from serving.dialects import Dialect, encoding_of
from serving.dialects import dialect as found_in
from serving.refusing import Refused
from serving.tables import EMPTY, ID, Kind, Rows
from serving.text_files import TextFile, on_disk
from zoo import UsageError

__all__ = ["EMPTY", "ID", "Kind", "Rows", "Table", "TextFile", "answered", "on_disk", "opened", "text"]

FIRST = 1000  # rows that a column is judged by


@dataclass(frozen=True)
class Table:
    """A table that can be read.

    Attributes:
        name: What messages call it.
        dialect: How it is written; None for a Parquet file.
        names: The columns' names.
        file: Where it lies.
    """

    name: str
    dialect: Dialect | None
    names: tuple[str, ...]
    file: TextFile

    def __str__(self) -> str:
        return str(self.dialect or "a Parquet file")

    @property
    def named(self) -> bool:
        """Whether the file names its columns."""
        return self.dialect is None or self.dialect.header

    def count(self) -> int | None:
        """Returns how many rows there are, where the file says it.

        Raises:
            UsageError: If it is damaged.
        """
        with answered():
            return None if self.dialect else parquet.count(Path(self.name))

    def rows(self, kinds: Mapping[str, Kind]) -> Iterator[Rows]:
        """Yields the rows, of the columns in `kinds` alone.

        Raises:
            UsageError: If a line is not what it should be; names it.
        """
        with answered():
            yield from (
                tables.rows(self.file, self.dialect, kinds) if self.dialect else parquet.rows(Path(self.name), kinds)
            )

    def first(self, names: Sequence[str]) -> Rows:
        """Returns the first rows of some columns, all cells as words.

        Raises:
            UsageError: If a line is not what it should be; names it.
        """
        for rows in self.rows(dict.fromkeys(names, "word")):
            return Rows(rows.lines[:FIRST], {name: cells[:FIRST] for name, cells in rows.columns.items()})
        return Rows(np.zeros(0, int), {name: np.zeros(0, object) for name in names})

    def number(self, cell: str) -> float | None:
        """Returns the number that a cell holds, NaN if it is empty; None if it holds a word."""
        return tables.number(cell, self.dialect.decimal if self.dialect else ".")


def opened(file: Path | TextFile, header: bool = True) -> Table:
    """Opens a table: text in any usual form, or Parquet.

    Args:
        file: Where it lies.
        header: Whether the first line of a text names the columns.

    Raises:
        UsageError: If it is no table.
    """
    with answered():
        text = on_disk(file) if isinstance(file, Path) else file
        place = Path(text.name)
        if place.suffix.lower() in parquet.ENDINGS and place.is_file():  # and no member of an archive
            return Table(text.name, None, parquet.names(place), text)
        found = found_in(text, header)
        return Table(text.name, found, found.names, text)


def text(file: TextFile) -> str:
    r"""Returns all of a file, in any usual encoding, with \n at the end of each line."""
    with answered():
        return "".join(block for _, block in file.blocks(encoding_of(file.head())))


@contextmanager
def answered() -> Iterator[None]:
    """Makes a refusal of `serving` an error of a recipe's user."""
    try:
        yield
    except Refused as refused:
        raise UsageError(str(refused)) from None
