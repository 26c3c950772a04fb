"""MovieLens's files of ratings and films, of any vintage: strict, fast, and exact about the line that is wrong.

| vintage | ratings | films |
|---|---|---|
| 100K | u.data, u1.base: user, film, rating, timestamp with tabs | u.item: with bars, Latin-1, flags of genres |
| 1M, 10M | ratings.dat: the same with :: | movies.dat: film::title::genres with bars |
| 20M and later | ratings.csv: the same with commas under a line of names | movies.csv: the same |
"""

from __future__ import annotations

import csv
import io
import re
import warnings
from collections.abc import Iterator

import numpy as np
import pandas as pd

from recipes.data.ratings import HALF_STARS, About, Columns
from recipes.reading.text_files import TextFile
from zoo import UsageError

FILMS = {"u.data": "u.item", "ratings.dat": "movies.dat", "ratings.csv": "movies.csv"}  # by the file of ratings
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
HEADER = b"userid,movieid,rating,timestamp"
SEPARATORS = {b"::": "'::'", b"\t": "a tab", b",": "a comma"}
COLUMNS = 4
LARGEST_ID = 2**31 - 1
MOST_RATINGS = 100_000_000  # three times the largest MovieLens
MOST_FILM_BYTES = 64_000_000
REAL_SECONDS = 100_000_000  # timestamps from here on are dates after 1973
INTEGER = re.compile(rb"\d{1,18}")
NUMBER = re.compile(rb"\d+\.?\d*|\.\d+")


def ratings(file: TextFile) -> Columns:
    """Reads a file of ratings.

    Raises:
        UsageError: If a line is not what it should be; names it.
    """
    blocks: list[Columns] = []
    count, whole = 0, True
    for line, block, separator in _blocks(file):
        columns = _fast(block, separator)
        blocks.append(columns if columns is not None else _strict(file, line, block, separator)[0])
        whole = block.endswith(b"\n")
        count += len(blocks[-1].users)
        if count > MOST_RATINGS:
            raise UsageError(f"{file.name} has over {MOST_RATINGS:,} ratings, more than any MovieLens: take fewer.")
    if not count:
        raise UsageError(f"{file.name} has no ratings under its first line: fetch it again.")
    columns = Columns(*(np.concatenate(parts) for parts in zip(*blocks, strict=True)))
    _check_last(file, columns, whole)
    return columns


def line_of(file: TextFile, user: int, film: int) -> int:
    """Finds the last line that rates a film by a user, for a message."""
    found = 0
    for line, block, separator in _blocks(file):
        columns, lines = _strict(file, line, block, separator)
        hits = np.flatnonzero((columns.users == user) & (columns.films == film))
        found = int(lines[hits[-1]]) if len(hits) else found
    return found


def _blocks(file: TextFile) -> Iterator[tuple[int, bytes, bytes]]:
    """Yields each block's first line's number, its lines without the line of names, and what separates columns."""
    separator = b""
    for line, block in file.blocks():
        if not separator:
            block = block.removeprefix(b"\xef\xbb\xbf")
            first, _, rest = block.partition(b"\n")
            separator = _separator(file, first)
            if first.lower().replace(b" ", b"").replace(b'"', b"").rstrip() == HEADER:
                line, block = 2, rest
            elif not first[:1].isdigit() and separator == b",":
                raise UsageError(
                    f"{file.name}: line 1 must be 'userId,movieId,rating,timestamp'. Received: {_excerpt(first)}."
                )
        yield line, block, separator
    if not separator:
        raise UsageError(f"{file.name} is empty: fetch it again.")


def _separator(file: TextFile, first: bytes) -> bytes:
    for separator in SEPARATORS:
        if separator in first:
            return separator
    raise UsageError(
        f"{file.name}: line 1 must hold user, film, rating and timestamp, separated by a tab, '::' or a comma. "
        f"Received: {_excerpt(first)}."
    )


def _fast(block: bytes, separator: bytes) -> Columns | None:
    """Reads lines with pandas's C parser; None wherever there is the least doubt, for `_strict` to decide.

    The parser takes one character between columns, and its own engine for more is slow: a tab replaces them.
    """
    if separator != b"\t":
        if b"\t" in block:
            return None
        block = block.replace(separator, b"\t")
    rows = block.count(b"\n") + (not block.endswith(b"\n"))
    doubtful = block.translate(None, b"0123456789.\t\r\n")
    if doubtful or block.count(b"\t") != (COLUMNS - 1) * rows:
        return None
    dtypes = {"user": "int64", "film": "int64", "rating": "float64", "timestamp": "int64"}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            frame = pd.read_csv(
                io.BytesIO(block),
                sep="\t",
                names=list(dtypes),
                dtype=dtypes,
                index_col=False,
                na_filter=False,
                quoting=csv.QUOTE_NONE,
                engine="c",
            )
    except (ValueError, OverflowError, pd.errors.ParserWarning):
        return None
    users, films, stars, seconds = (frame[name].to_numpy() for name in dtypes)
    if len(frame) != rows or max(users.max(), films.max()) > LARGEST_ID or not HALF_STARS.holds(stars).all():
        return None
    return Columns(users.astype("int32"), films.astype("int32"), stars.astype("float32"), seconds)


def _strict(file: TextFile, line: int, block: bytes, separator: bytes) -> tuple[Columns, np.ndarray]:
    """Reads lines one by one; returns each row's line too. Empty lines are left out."""
    rows, lines = [], []
    texts = block.split(b"\n")
    for number, text in enumerate(texts, line):
        if text.strip():
            torn = number == line + len(texts) - 1  # no newline ends it
            rows.append(_row(f"{file.name}: line {number}", text, separator, torn))
            lines.append(number)
    users, films, stars, seconds = zip(*rows, strict=True) if rows else ((), (), (), ())
    columns = Columns(
        np.array(users, "int32"), np.array(films, "int32"), np.array(stars, "float32"), np.array(seconds, "int64")
    )
    return columns, np.array(lines, "int64")


def _row(where: str, text: bytes, separator: bytes, torn: bool) -> tuple[int, int, float, int]:
    cells = [cell.strip() for cell in text.split(separator)]
    if len(cells) < COLUMNS and torn:
        raise UsageError(f"{where}, the last, is torn off. Received: {_excerpt(text)}. Fetch the file again.")
    if len(cells) != COLUMNS:
        raise UsageError(
            f"{where} must have {COLUMNS} columns, user, film, rating and timestamp, separated by "
            f"{SEPARATORS[separator]}. Received: {len(cells)}: {_excerpt(text)}."
        )
    user, film, rating, timestamp = cells
    for what, cell in (("user", user), ("film", film)):
        if not INTEGER.fullmatch(cell) or int(cell) > LARGEST_ID:
            raise UsageError(
                f"{where} must name its {what} by an integer from 0 to {LARGEST_ID}. Received: {_excerpt(cell)}. "
                "Number ids that are text."
            )
    if not NUMBER.fullmatch(rating) or not HALF_STARS.holds(np.array(float(rating))):
        raise UsageError(
            f"{where} must hold a rating from 0.5 to 5 stars, whole or half. Received: {_excerpt(rating)}. Leave out "
            "what is unrated."
        )
    if not INTEGER.fullmatch(timestamp):
        fault = "is torn off in" if torn else "must hold"
        raise UsageError(f"{where} {fault} its timestamp, whole seconds since 1970. Received: {_excerpt(timestamp)}.")
    return int(user), int(film), float(rating), int(timestamp)


def _check_last(file: TextFile, columns: Columns, whole: bool) -> None:
    """Finds a last line that was torn within its timestamp: digits are missing against all the others."""
    seconds = columns.timestamps
    if whole or len(seconds) < 2:
        return
    earliest = seconds[:-1].min()
    if earliest >= REAL_SECONDS and seconds[-1] * 2 < earliest:
        line = line_of(file, int(columns.users[-1]), int(columns.films[-1]))
        raise UsageError(
            f"{file.name}: line {line}, the last, is torn off in its timestamp. Received: {seconds[-1]}. Fetch the "
            "file again."
        )


def films(file: TextFile) -> About:
    """Reads titles and genres by a film's id; of two lines for a film the last is kept.

    Raises:
        UsageError: If a line is not what it should be; names it.
    """
    if file.size > MOST_FILM_BYTES:
        raise UsageError(f"{file.name} has {file.size / 1e6:,.0f} MB: at most {MOST_FILM_BYTES / 1e6:.0f} MB are read.")
    read = {".item": _item, ".dat": _dat, ".csv": _csv}[file.base[file.base.rindex(".") :]]
    about = {}
    for number, cells in read(file):
        where = f"{file.name}: line {number}"
        if cells is None or not re.fullmatch(r"[0-9]{1,10}", cells[0]):
            raise UsageError(f"{where} must hold a film's integer id, title and genres: fetch the file again.")
        about[int(cells[0])] = (cells[1].strip() or f"film {int(cells[0])}", cells[2])
    return about


Film = tuple[str, str, tuple[str, ...]]


def _lines(file: TextFile) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(file.text().split("\n"), 1):  # not splitlines: Latin-1 has more line ends
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
    reader = csv.reader(io.StringIO(file.text(), newline=""), strict=True)
    try:
        for cells in reader:
            if cells and not (reader.line_num == 1 and cells[0].lower() == "movieid"):
                yield reader.line_num, (cells[0], cells[1], genres_in(cells[2])) if len(cells) == 3 else None
    except csv.Error:
        yield reader.line_num, None


def genres_in(cell: str) -> tuple[str, ...]:
    """Takes genres apart at the bars between them; "(no genres listed)" is none."""
    return tuple(name for name in cell.split("|") if name and not name.startswith("(no genres"))


def _excerpt(text: bytes) -> str:
    return repr(text[:40].decode("latin-1")) + ("..." if len(text) > 40 else "")
