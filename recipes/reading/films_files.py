"""MovieLens's files of films, of any vintage: titles and genres by a film's id.

| vintage | file | line |
|---|---|---|
| 100K | u.item | film, title and more with bars, then flags of genres; Latin-1 |
| 1M, 10M | movies.dat | film::title::genres with bars |
| 20M and later | movies.csv | the same with commas under a line of names |
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from recipes.data.ratings import About
from recipes.reading import tables
from recipes.reading.tables import TextFile
from zoo import UsageError

# u.item's flags, in their order.
GENRES = (
    "unknown",
    "Action",
    "Adventure",
    "Animation",
    "Children's",
    "Comedy",
    "Crime",
    "Documentary",
    "Drama",
    "Fantasy",
    "Film-Noir",
    "Horror",
    "Musical",
    "Mystery",
    "Romance",
    "Sci-Fi",
    "Thriller",
    "War",
    "Western",
)
MOST_BYTES = 64_000_000


def films(file: TextFile) -> About:
    """Reads titles and genres by a film's id; of two lines for a film the last is kept.

    Raises:
        UsageError: If a line is not what it should be; names it.
    """
    if file.size > MOST_BYTES:
        raise UsageError(f"{file.name} has {file.size / 1e6:,.0f} MB: at most {MOST_BYTES / 1e6:.0f} MB are read.")
    read = {".item": _item, ".dat": _dat, ".csv": _csv}[file.base[file.base.rindex(".") :]]
    about: About = {}
    for number, cells in read(file):
        where = f"{file.name}: line {number}"
        if cells is None or not re.fullmatch(r"[0-9]{1,10}", cells[0]):
            raise UsageError(f"{where} must hold a film's integer id, title and genres: fetch the file again.")
        about[int(cells[0])] = (cells[1].strip() or f"film {int(cells[0])}", cells[2])
    return about


Film = tuple[str, str, tuple[str, ...]]


def _lines(file: TextFile) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(tables.text(file).split("\n"), 1):  # not splitlines: Latin-1 has more line ends
        if line.strip():
            yield number, line.rstrip("\r")


def _item(file: TextFile) -> Iterator[tuple[int, Film | None]]:
    for number, line in _lines(file):
        film, *rest = line.split("|")
        flags = rest[4:]
        whole = len(flags) == len(GENRES) and set(flags) <= {"0", "1"}
        genres = tuple(name for name, flag in zip(GENRES, flags, strict=False) if flag == "1" and name != "unknown")
        yield number, (film, rest[0], genres) if whole else None


def _dat(file: TextFile) -> Iterator[tuple[int, Film | None]]:
    for number, line in _lines(file):
        film, *title = line.split("::")
        yield number, (film, "::".join(title[:-1]), genres_in(title[-1])) if len(title) > 1 else None


def _csv(file: TextFile) -> Iterator[tuple[int, Film | None]]:
    reader = csv.reader(io.StringIO(tables.text(file), newline=""), strict=True)
    try:
        for cells in reader:
            if cells and not (reader.line_num == 1 and cells[0].lower() == "movieid"):
                yield reader.line_num, (cells[0], cells[1], genres_in(cells[2])) if len(cells) == 3 else None
    except csv.Error:
        yield reader.line_num, None


def genres_in(cell: str) -> tuple[str, ...]:
    """Takes genres apart at the bars between them; "(no genres listed)" is none."""
    return tuple(name for name in cell.split("|") if name and not name.startswith("(no genres"))
