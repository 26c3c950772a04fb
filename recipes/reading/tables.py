"""Text tables as people have them: any usual encoding, delimiter, line end and decimal sign, packed or not.

What a file is, is read from its beginning; `Dialect` says it, so that a message can.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from zoo import UsageError
from zoo.checks import guarded

HEAD = 1 << 16  # bytes that a dialect is read from
LONGEST_LINE = 1_000_000  # characters
MOST_BYTES = 4_000_000_000  # unpacked
LINES = 50  # that a dialect is read from
BLOCK = 1 << 20
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs"}
MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
PACKED = b"\x1f\x8b"
COMMA = re.compile(r"\s*[+-]?\d*,\d+(e[+-]?\d+)?\s*", re.IGNORECASE)  # a number such as 3,14
POINT = re.compile(r"\s*[+-]?\d*\.\d+(e[+-]?\d+)?\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Dialect:
    """How a table is written.

    Attributes:
        encoding: As Python calls it.
        delimiter: What stands between two cells.
        decimal: "." or ",".
        header: The cells of the first line, stripped.
    """

    encoding: str
    delimiter: str
    decimal: str
    header: list[str]

    def __str__(self) -> str:
        return f"{self.encoding} text, separated by {DELIMITERS[self.delimiter]}"


def dialect(file: Path) -> Dialect:
    """Finds out how a table is written.

    Raises:
        UsageError: If it is no text, or its first line is empty.
    """
    with guarded(file, "cannot be read"), _binary(file) as opened:
        head = opened.read(HEAD)
    encoding = _encoding(file, head)
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head)
    if "\0" in text:
        raise UsageError(f"{file} is no table: its beginning is no text that names columns.")
    lines = io.StringIO(text, newline=None).read().split("\n")  # any line end becomes that one
    if not lines[0].strip():
        raise UsageError(f"{file}: line 1 is empty: it must name the columns.")
    if len(head) == HEAD and len(lines) > 1:
        lines.pop()  # cut in the middle
    if len(lines) == 1 and len(head) == HEAD:
        raise UsageError(f"{file} is no table: its first line has over {HEAD:,} bytes.")
    lines = [line for line in lines if line.strip()][:LINES]
    with guarded(file, "is no table", "look at its first lines"):
        delimiter = max(DELIMITERS, key=lambda one: _agreement(lines, one))
        header, *rows = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    cells = [cell for row in rows for cell in row] if delimiter != "," else []
    comma = any(COMMA.fullmatch(cell) for cell in cells) and not any(POINT.fullmatch(cell) for cell in cells)
    return Dialect(encoding, delimiter, "," if comma else ".", [name.strip() for name in header])


def opened(file: Path, encoding: str) -> IO[str]:
    """Opens a table as text, with its line ends as they are."""
    return io.TextIOWrapper(_binary(file), encoding=encoding, newline="")


def _binary(file: Path) -> IO[bytes]:
    with file.open("rb") as raw:
        packed = raw.read(2) == PACKED
    return gzip.open(file, "rb") if packed else file.open("rb")  # type: ignore[return-value]


def _encoding(file: Path, head: bytes) -> str:
    """Returns the encoding: by its mark, or UTF-16 where every other byte is 0, else UTF-8 or Windows's Latin-1."""
    for mark, encoding in MARKS.items():
        if head.startswith(mark):
            return encoding
    for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if len(head) > 3 and not any(head[start:200:2]) and all(head[1 - start : 200 : 2]):
            return encoding
    decoder, size, encoding = codecs.getincrementaldecoder("utf-8")(), 0, "utf-8"
    with guarded(file, "cannot be read to its end"), _binary(file) as whole:
        while block := whole.read(BLOCK):
            size += len(block)
            if size > MOST_BYTES:
                raise UsageError(f"{file} has over {MOST_BYTES / 1e9:.0f} GB: take fewer rows.")
            try:
                decoder.decode(block, final=len(block) < BLOCK)
            except UnicodeDecodeError:
                encoding = "latin-1"
                break
    return encoding


def _agreement(lines: list[str], delimiter: str) -> tuple[float, int]:
    """Says how well a delimiter explains lines: the share that have as many cells as the first, and how many."""
    counts = [len(row) for row in csv.reader(lines, delimiter=delimiter, skipinitialspace=True)]
    if counts[0] < 2:
        return 0.0, 0
    return sum(count == counts[0] for count in counts) / len(counts), counts[0]
