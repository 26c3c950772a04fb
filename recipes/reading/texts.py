"""Plain texts: lines of a file, or files of a folder; Unicode, as it says of itself, and nothing guessed.

UTF-8 needs no mark; UTF-16 and UTF-32 are known by theirs. What is neither is refused: in Latin-1 any bytes are text,
and what is read wrong trains as well as what is read right.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from recipes.reading.tables import TextFile, answered, on_disk
from recipes.reading.text_files import listed
from serving.dialects import MARKS
from zoo import UsageError
from zoo.checks import guarded

MOST_BYTES = 1_000_000_000  # of all files together
LONGEST_LINE = 100_000  # characters, more than a page of which is no line that a person wrote
CONVERT = "convert it, such as by iconv -f LATIN1 -t UTF-8"


class Texts(NamedTuple):
    """Texts without white space around them, none of which is empty.

    Attributes:
        texts: The texts, in the order in which they were read.
        places: What messages call each: a file, and the line.
        folders: The folder of each one's file within what was read; "." where there is none.
    """

    texts: list[str]
    places: list[str]
    folders: list[str]


def lines(source: Path) -> Texts:
    """Reads texts of a line each, from a file or from all files in a folder and in its folders, in order of name.

    Raises:
        UsageError: If the source is not there or holds no text; if a file is no Unicode, or a line has no end.
    """
    found = Texts([], [], [])
    for file in _files(source):
        for number, line in enumerate(_split(_text(file)), 1):
            if len(line) > LONGEST_LINE:
                raise UsageError(
                    f"{file.name}: line {number} has {len(line):,} characters, over {LONGEST_LINE:,}: put each text on "
                    "a line of its own."
                )
            _add(found, line, f"{file.name}: line {number}", file.folder)
    return _filled(found, source)


def documents(source: Path) -> Texts:
    r"""Reads texts of a file each, from a folder and its folders, in order of name; lines in them end with \n.

    Raises:
        UsageError: If the folder is not there or holds no text; if a file is no Unicode.
    """
    if source.is_file():
        raise UsageError(f"{source} is a file, and texts of a file each need a folder: give the folder that it is in.")
    found = Texts([], [], [])
    for file in _files(source):
        _add(found, "\n".join(_split(_text(file))), file.name, file.folder)
    return _filled(found, source)


def check_different(texts: Sequence[str], source: Path | str, least: int) -> None:
    """Checks that there are texts enough to learn from.

    Raises:
        UsageError: If fewer than `least` of them differ from one another.
    """
    different = len(set(texts))
    if different < least:
        raise UsageError(
            f"{source} must hold at least {least:,} texts that differ from one another. Received: {len(texts):,}, of "
            f"which {different:,} differ{'s' if different == 1 else ''}. Give more of them."
        )


def _files(source: Path) -> list[TextFile]:
    """Lists the files to read, after a look at their sizes; hidden ones are none."""
    if not source.exists():
        raise UsageError(f"{source} is not there: give the path to a text file or to a folder of them.")
    with guarded(source, "cannot be listed", "give the path to a text file or to a folder of them"):
        files = listed(source) if source.is_dir() else [on_disk(source)]
    files = [file for file in files if not any(part.startswith(".") for part in file.path.split("/"))]
    size = sum(file.size for file in files)
    if size > MOST_BYTES:
        raise UsageError(f"{source} has {size / 1e6:,.0f} MB of text: at most {MOST_BYTES / 1e6:,.0f} MB are read.")
    return files


def _text(file: TextFile) -> str:
    """Returns all of a file."""
    with guarded(file.name, "cannot be read to its end"), answered(), file.open() as opened:
        raw = opened.read(MOST_BYTES + 1)  # a packed file may hold more than its size
    if len(raw) > MOST_BYTES:
        raise UsageError(f"{file.name} unpacks to over {MOST_BYTES / 1e6:,.0f} MB: at most so many are read.")
    encoding = next((encoding for mark, encoding in MARKS.items() if raw.startswith(mark)), "utf-8")
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        where = f"from line {raw[: error.start].count(10) + 1} on" if encoding.startswith("utf-8") else "as it says"
        name = encoding.removesuffix("-sig").upper()
        raise UsageError(f"{file.name} is no {name} text {where}: {CONVERT}.") from None
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise UsageError(f"{file.name}: line {line} holds a NUL, which no text does: {CONVERT} if it is UTF-16.")
    return text


def _split(text: str) -> list[str]:
    """Returns the lines; other signs that Python takes for line ends stand in the middle of lines."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _add(found: Texts, text: str, place: str, folder: str) -> None:
    if text := text.strip():
        found.texts.append(text)
        found.places.append(place)
        found.folders.append(folder)


def _filled(found: Texts, source: Path) -> Texts:
    if not found.texts:
        raise UsageError(f"{source} holds no text: it is empty, or white space alone; give another --data.")
    return found
