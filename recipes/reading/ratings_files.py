"""Files of ratings: MovieLens's of any vintage, and other people's tables, exact about the line that is wrong.

| form | columns |
|---|---|
| u.data, u1.base | user, film, rating, timestamp with tabs |
| ratings.dat | the same with :: |
| ratings.csv | the same with commas under a line of names |
| any table with a line of names | found by their names, or as `--columns` says; others are left out |
| any table without | user, film, rating and timestamp in that order, the last two if they are there |
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from recipes.data.ratings import Columns
from recipes.data.scale import HALF_STARS
from recipes.data.splits import is_number
from recipes.reading import tables
from recipes.reading.tables import Rows, Table, TextFile
from zoo import UsageError
from zoo.checks import did_you_mean

ROLES = ("user", "film", "rating", "time")  # in the order of `Columns`
# What people call them, in small letters and digits.
NAMES = {
    "user": "userid user users uid reviewerid reviewer customerid customer memberid visitorid personid username",
    "film": "movieid filmid itemid movie film item asin isbn bookid book productid product artistid artist songid song "
    "trackid track gameid game articleid animeid beerid businessid placeid jokeid",
    "rating": "rating ratings stars score rate bookrating userrating reviewoverall overall preference",
    "time": "timestamp time unixreviewtime unixtime datetime date ratedat createdat ts tstamp",
}
MOST_RATINGS = 100_000_000  # three times the largest MovieLens
REAL_SECONDS = 100_000_000  # timestamps from here on are dates after 1973
LARGEST = 2.0**62  # seconds that are told apart
FEW = 0.01  # of all rows: what so few of them alone hold is damage, and what more hold is how the source is


@dataclass
class _Odd:
    """Values that are not as MovieLens has them: how many, and the first of them with its line."""

    count: int = 0
    line: int = 0
    value: str = ""

    def note(self, rows: Rows, values: np.ndarray, odd: np.ndarray) -> None:
        """Counts the values under a mask."""
        if odd.any() and not self.count:
            at = int(np.argmax(odd))
            self.line, self.value = (
                int(rows.lines[at]),
                f"{values[at]:.40}" if values.dtype.kind == "O" else f"{values[at]:g}",
            )
        self.count += int(odd.sum())


def ratings(file: TextFile, columns: Sequence[str] | None = None, header: str | None = None) -> Columns:
    """Reads a file of ratings.

    Args:
        file: The file.
        columns: The names of the columns of users, of films and, where there are such, of ratings and of times; found
            by their names or their order if not given.
        header: "yes" or "no": whether the first line names the columns; if not given, one without a number does.

    Raises:
        UsageError: If a line is not what it should be; names it.
    """
    table, roles = _opened(file, columns, header)
    parts: dict[str, list[np.ndarray]] = {role: [] for role in ROLES}
    odd = {role: _Odd() for role in ROLES}
    count, torn = 0, False
    for rows in table.rows({name: "number" if role == "rating" else "id" for role, name in roles.items()}):
        for role, name in roles.items():
            values = _READERS[role](table, rows, name, odd[role])
            parts[role].append(values)
        count, torn = count + len(rows.lines), rows.torn
        if count > MOST_RATINGS:
            raise UsageError(f"{table.name} has over {MOST_RATINGS:,} ratings, more than any MovieLens: take fewer.")
    if not count:
        raise UsageError(
            f"{table.name} has no ratings{' under its first line' if table.named else ''}: fetch it again."
        )
    for role, found in odd.items():
        if 0 < found.count < FEW * count:
            raise UsageError(
                f"{table.name}: line {found.line} has the {role} {found.value!r}, unlike nearly all others: mend or "
                "leave out such lines."
            )
    users, films, stars, times = (_joined(parts[role]) for role in ROLES)
    if torn and "time" in roles:
        _check_last(table, rows, times)
    return Columns(
        users, films, stars if "rating" in roles else None, times if "time" in roles else np.zeros(count, "int64")
    )


def together(files: Sequence[TextFile], columns: Sequence[str] | None = None, header: str | None = None) -> Columns:
    """Reads files of ratings, which belong together, as `ratings` reads one; their rows in the order of the files.

    Raises:
        UsageError: If a line is not what it should be, or a file has other columns than the first.
    """
    first, *others = found = [ratings(file, columns, header) for file in files]
    for file, other in zip(files[1:], others, strict=True):
        for what, are, were in (
            ("ratings", other.ratings is not None, first.ratings is not None),
            ("times", other.timestamps.any(), first.timestamps.any()),
        ):
            if are != were:
                has, had = ("has" if there else "lacks" for there in (are, were))
                raise UsageError(
                    f"{file.name} {has} {what}, which {files[0].name} {had}: give files with the same columns, or name "
                    "those that all have with --columns."
                )
    if sum(len(one.users) for one in found) > MOST_RATINGS:
        raise UsageError(f"{files[0].name} and the others have over {MOST_RATINGS:,} ratings together: take fewer.")
    if not others:
        return first
    stars = None if first.ratings is None else _joined([one.ratings for one in found if one.ratings is not None])
    users, films, times = (_joined([getattr(one, name) for one in found]) for name in ("users", "films", "timestamps"))
    return Columns(users, films, stars, times)


def line_of(
    file: TextFile, user: object, film: object, columns: Sequence[str] | None = None, header: str | None = None
) -> int:
    """Finds the last line that rates a film by a user, for a message."""
    table, roles = _opened(file, columns, header)
    line = 0
    for rows in table.rows({roles["user"]: "id", roles["film"]: "id"}):
        users, films = (rows.columns[roles[role]].astype(str) for role in ("user", "film"))
        hits = np.flatnonzero((users == str(user)) & (films == str(film)))
        line = int(rows.lines[hits[-1]]) if len(hits) else line
    return line


def _opened(file: TextFile, columns: Sequence[str] | None, header: str | None) -> tuple[Table, dict[str, str]]:
    """Returns the table, and the columns' names by their roles."""
    table = tables.opened(file, header != "no")
    if header is None and table.dialect and any(is_number(name) for name in table.names):
        table = tables.opened(file, header=False)
    if columns:
        for name in columns:
            if name not in table.names:
                hint = did_you_mean(name, table.names)
                raise UsageError(f"{table.name} has no column {name!r}: it has {_listed(table)}. {hint}".strip())
        if not 2 <= len(set(columns)) == len(columns) <= len(ROLES):
            raise UsageError(
                f"--columns names users, films and maybe ratings and times. Received: {', '.join(columns)}."
            )
        return table, dict(zip(ROLES, columns, strict=False))
    return table, _by_name(table) if table.named else _by_place(table)


def _by_place(table: Table) -> dict[str, str]:
    if not 2 <= len(table.names) <= len(ROLES):
        raise UsageError(
            f"{table.name}: line 1 must hold user, film, rating and timestamp. Received: {len(table.names)} columns, "
            f"in {table}. Say which with --columns, such as 1 2 3."
        )
    return dict(zip(ROLES, table.names, strict=False))


def _by_name(table: Table) -> dict[str, str]:
    plain = {re.sub("[^a-z0-9]", "", name.lower()): name for name in reversed(table.names)}
    found = {role: next((plain[word] for word in NAMES[role].split() if word in plain), "") for role in ROLES}
    roles = {role: name for role, name in found.items() if name}
    others = [name for name in table.names if name not in roles.values()]
    if not {"user", "film"} <= roles.keys() or ("rating" not in roles and others):
        lacks = next(role for role in ROLES if role not in roles)
        raise UsageError(
            f"{table.name}: line 1 names no column of {lacks}s that is known. Received: {_listed(table)}, in {table}. "
            "Say --columns USER FILM RATING TIME with their names, the last two if there are such; or --header no."
        )
    return roles


def _ids(table: Table, rows: Rows, name: str, odd: _Odd) -> np.ndarray:
    values = rows.columns[name]
    if values.dtype.kind == "O":
        if (empty := values == "").any():
            raise UsageError(f"{table.name}: line {rows.lines[np.argmax(empty)]} names nothing in column {name!r}.")
        odd.note(rows, values, np.array([not tables.ID.fullmatch(word) for word in values]))
    return values


def _stars(table: Table, rows: Rows, name: str, odd: _Odd) -> np.ndarray:
    values = rows.columns[name]
    if (wrong := ~np.isfinite(values)).any():
        raise UsageError(
            f"{table.name}: line {rows.lines[np.argmax(wrong)]} must hold a rating, a number. Received: "
            f"{values[np.argmax(wrong)]:g} or nothing. Leave out what is unrated."
        )
    odd.note(rows, values, ~HALF_STARS.holds(values))
    return values


def _times(table: Table, rows: Rows, name: str, odd: _Odd) -> np.ndarray:
    """Returns seconds, or dates as seconds."""
    values = rows.columns[name]
    if values.dtype.kind != "O":
        return values
    seconds = pd.to_numeric(pd.Series(values), errors="coerce").to_numpy("float64")
    if not np.isfinite(seconds).all():
        dates = pd.to_datetime(pd.Series(values), format="ISO8601", utc=True, errors="coerce")
        if dates.isna().any():
            at = int(np.argmax(dates.isna() & ~np.isfinite(seconds)))
            raise UsageError(
                f"{table.name}: line {rows.lines[at]} must hold its timestamp, seconds since 1970 or a date such as "
                f"2026-01-31 12:00:00. Received: {values[at][:40]!r}. Fetch the file again, or name other --columns."
            )
        return dates.astype("datetime64[ms, UTC]").astype("int64").to_numpy() // 1000
    return np.clip(seconds, -LARGEST, LARGEST).astype("int64")


_READERS: dict[str, Callable[[Table, Rows, str, _Odd], np.ndarray]] = {
    "user": _ids,
    "film": _ids,
    "rating": _stars,
    "time": _times,
}


def _joined(parts: list[np.ndarray]) -> np.ndarray:
    """Returns the blocks' values: ids as texts if any is one."""
    if any(part.dtype.kind == "O" for part in parts):
        parts = [part.astype(str).astype(object) for part in parts]
    return np.concatenate(parts) if parts else np.zeros(0)


def _check_last(table: Table, rows: Rows, seconds: np.ndarray) -> None:
    """Finds a last line that was torn within its timestamp: digits are missing against all the others."""
    earliest = seconds[:-1].min(initial=np.iinfo("int64").max)
    if len(seconds) > 1 and earliest >= REAL_SECONDS and seconds[-1] * 2 < earliest:
        raise UsageError(
            f"{table.name}: line {rows.lines[-1]}, the last, is torn off in its timestamp. Received: {seconds[-1]}. "
            "Fetch the file again."
        )


def _listed(table: Table) -> str:
    return ", ".join(map(repr, table.names[:20])) + (", ..." if len(table.names) > 20 else "")
