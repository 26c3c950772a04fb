"""How a table of text is written, read from its beginning: encoding, delimiter, decimal sign, names of the columns."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from serving.refusing import Refused, guarded
from serving.text_files import HEAD, TextFile

LINES = 50  # that a dialect is read from
# "::" is MovieLens's.
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", "::": "double colons"}
MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
COMMA = re.compile(r"\s*[+-]?\d*,\d+(e[+-]?\d+)?\s*", re.IGNORECASE)  # a number such as 3,14
NUMBER = re.compile(r"\s*[+-]?(\d+[.,]?\d*|[.,]\d+)(e[+-]?\d+)?\s*", re.IGNORECASE)
POINT = re.compile(r"\s*[+-]?\d*\.\d+(e[+-]?\d+)?\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Dialect:
    """How a table is written.

    Attributes:
        encoding: As Python calls it.
        delimiter: What stands between two cells.
        decimal: "." or ",".
        header: Whether the first line names the columns.
        names: The columns' names, stripped; "1", "2" and so on where no line names them.
    """

    encoding: str
    delimiter: str
    decimal: str
    header: bool
    names: tuple[str, ...]

    def __str__(self) -> str:
        commas = ", with decimal commas" if self.decimal == "," else ""
        return f"{self.encoding.removesuffix('-sig')} text, separated by {DELIMITERS[self.delimiter]}{commas}"


def dialect(file: TextFile, header: bool = True) -> Dialect:
    """Finds out how a table is written.

    Args:
        file: The table.
        header: Whether its first line names the columns.

    Raises:
        Refused: If it is no text, or its first line is empty.
    """
    head = file.head()
    encoding = encoding_of(head)
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head)
    if "\0" in text:
        raise Refused(f"{file.name} is no table: its beginning is no text.")
    lines = io.StringIO(text, newline=None).read().split("\n")  # any line end becomes that one
    if not lines[0].strip():
        raise Refused(f"{file.name}: line 1 is empty: it must {'name' if header else 'fill'} the columns.")
    if len(head) == HEAD and len(lines) == 1:
        raise Refused(f"{file.name} is no table: its first line has over {HEAD:,} bytes.")
    whole = lines[:-1] if len(head) == HEAD else lines  # the last one is cut in the middle
    filled = [line for line in whole if line.strip()][:LINES]
    with guarded(file.name, "is no table", "look at its first lines"):
        delimiter = max(DELIMITERS, key=lambda one: _agreement(filled, one))
        first, *others = split(filled, delimiter)
    cells = [cell for row in (others if header else [first, *others]) for cell in row] if delimiter != "," else []
    comma = any(COMMA.fullmatch(cell) for cell in cells) and not any(POINT.fullmatch(cell) for cell in cells)
    names = [cell.strip() for cell in first] if header else [str(i + 1) for i in range(len(first))]
    return Dialect(encoding, delimiter, "," if comma else ".", header, tuple(names))


def split(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    """Returns the cells of lines."""
    if len(delimiter) > 1:
        return [line.split(delimiter) for line in lines]
    return list(csv.reader(lines, delimiter=delimiter, skipinitialspace=True))


def encoding_of(head: bytes) -> str:
    """Returns a text's encoding: as a mark says, UTF-16 where every other byte is 0, else UTF-8 or Latin-1."""
    for mark, encoding in MARKS.items():
        if head.startswith(mark):
            return encoding
    for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if len(head) > 3 and not any(head[start:200:2]) and all(head[1 - start : 200 : 2]):
            return encoding
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, final=len(head) < HEAD)
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


def _agreement(lines: list[str], delimiter: str) -> tuple[float, float, int]:
    """Says how well a delimiter explains lines.

    That is the share that have as many cells as the first, the share of cells that are numbers, and how many there are.
    """
    rows = split(lines, delimiter)
    width, cells = len(rows[0]), [cell for row in rows for cell in row]
    if width < 2:
        return 0.0, 0.0, 0
    numbers = sum(bool(NUMBER.fullmatch(cell)) for cell in cells)
    return sum(len(row) == width for row in rows) / len(rows), numbers / len(cells), width
