"""FILE.csv, FILE.tsv, FILE.data (packed with gzip or not) or FILE.parquet: a table of numbers, maybe with labels.

The parts hold STANDARDIZED values, `(x - mean) / scale` with train's mean and scale by column, as parts of pictures
hold pixels scaled to [0, 1]: models are trained and measured on them (`output="real"`).
"""

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath

import numpy as np

from recipes.data.splits import Part, Splits, drawn, indexed, is_number, sentence
from recipes.data.units import Standardized
from recipes.reading import tables
from recipes.reading.tables import Table
from zoo import UsageError
from zoo.checks import did_you_mean

KEY = "table"
ENDINGS = (".csv", ".tsv", ".tab", ".txt", ".data", ".parquet", ".pq")
FEWEST = 5  # rows: one in each part at least
MOST_NUMBERS = 500_000_000  # 4 GB of memory


def reads(source: str) -> bool:
    """Says whether the source is called as a table is."""
    return PurePath(source.lower().removesuffix(".gz")).suffix in ENDINGS


def of_rows(source: str) -> bool:
    """Says that a table holds rows of columns."""
    return True


def load(
    file: str | Path,
    label: str | None = None,
    columns: Sequence[str] | None = None,
    header: str | None = None,
    seed: int = 0,
) -> Splits:
    """Loads a table: names of the columns in the first line, then numbers.

    Args:
        file: The file: text in any usual encoding, separated by commas, semicolons, tabs or bars, packed with gzip or
            not; or a Parquet file.
        label: The name of the column that holds labels, words or numbers; without it all columns are values.
        columns: The names of the columns of numbers to take; all but the label if not given.
        header: "yes" or "no": whether the first line names the columns, which are called 1, 2 and so on otherwise. If
            not given it must, and a line with numbers is asked about.
        seed: Seed of the split.

    Returns:
        The splits; `x` has the shape `(n, columns)`, float32, standardized.

    Raises:
        UsageError: If the file is not there, or is not what it should be; names the line and the column.
    """
    file = Path(file)
    if not file.is_file():
        raise UsageError(f"{file} is not there: give the path to a table.")
    table = tables.opened(file, header != "no")
    if header is None and table.dialect:
        _check_header(table)
    names = _columns(table, label, columns)
    x, words = _values(table, names, label)
    if len(x) < FEWEST:
        under = "" if header == "no" else " under its first line"
        raise UsageError(f"{file} must have at least {FEWEST} rows{under}. Received: {len(x)}.")

    labels, y = indexed(words) if label is not None else ((), np.zeros(len(x), "int64"))
    rows = drawn(y, seed)
    units = Standardized.fitted(x[rows["train"]], names, str(file))
    train, validation, test = (Part(units.samples(x[at]), y[at]) for at in rows.values())
    return Splits(
        train,
        validation,
        test,
        name=file.name,
        source=str(file),
        split=sentence(rows, seed, "rows", None if label is None else f"label of {label!r}"),
        licence="see its source",
        units=units,
        labels=labels,
        notes=f"Read as {table}." if _is_peculiar(table) else "",
    )


def _is_peculiar(table: Table) -> bool:
    """Says whether how a table is written is worth telling."""
    found = table.dialect
    return found is not None and (found.encoding, found.delimiter, found.header) != ("utf-8", ",", True)


def _columns(table: Table, label: str | None, columns: Sequence[str] | None) -> tuple[str, ...]:
    """Returns the names of the columns of numbers."""
    for name in [*(columns or ()), *([] if label is None else [label])]:
        if name not in table.names:
            hint = did_you_mean(name, table.names)
            raise UsageError(f"{table.name} has no column {name!r}: it has {_listed(table.names)}. {hint}".strip())
    found = tuple(name for name in (columns or table.names) if name != label)
    _check_names(table, found if columns else table.names)
    if len(found) < 2:
        raise UsageError(
            f"{table.name} must have at least 2 columns of numbers. Received: {_listed(found)}, in {table}."
        )
    return found


def _check_header(table: Table) -> None:
    """Checks that no row is taken for the line of names."""
    numbers = [name for name in table.names if is_number(name)]
    if numbers and numbers != [str(i) for i in range(len(numbers))]:
        raise UsageError(
            f"{table.name}: line 1 must name the columns, and {numbers[0]!r} is a number: say --header no if it is a "
            "row already, or --header yes."
        )


def _check_names(table: Table, names: Sequence[str]) -> None:
    """Checks that each column has a name of its own."""
    for name in names:
        places = [i + 1 for i, other in enumerate(table.names) if other == name]
        if not name:
            raise UsageError(
                f"{table.name}: column {places[0]} has no name in line 1: name it, or say which to take with --columns."
            )
        if len(places) > 1:
            raise UsageError(f"{table.name}: columns {places[0]} and {places[1]} are both called {name!r}: rename one.")


def _values(table: Table, names: Sequence[str], label: str | None) -> tuple[np.ndarray, np.ndarray]:
    """Returns the numbers, shape `(rows, columns)`, float64, and the labels; rows of empty cells are left out."""
    parts, words, count = [np.zeros((0, len(names)))], [np.zeros(0, object)], 0
    for lines, x, labels in _parts(table, names, label):
        empty = np.isnan(x).all(axis=1) & (labels == "")
        _check_numbers(table, lines[~empty], x[~empty], names)
        if label is not None and (labels[~empty] == "").any():
            line = lines[~empty][labels[~empty] == ""][0]
            raise UsageError(f"{table.name}: line {line}, column {label!r} holds no label.")
        parts.append(x[~empty])
        words.append(labels[~empty])
        count += x.size
        if count > MOST_NUMBERS:
            raise UsageError(f"{table.name} has over {MOST_NUMBERS:,} numbers: take fewer rows or --columns.")
    return np.concatenate(parts), np.concatenate(words).astype(str)


def _parts(
    table: Table, names: Sequence[str], label: str | None
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Yields lines, numbers and labels, which are "" where there are none."""
    kinds: dict[str, tables.Kind] = dict.fromkeys(names, "number")
    for rows in table.rows(kinds if label is None else {**kinds, label: "word"}):
        labels = np.full(len(rows.lines), "", object) if label is None else rows.columns[label]
        yield rows.lines, np.stack([rows.columns[name] for name in names], axis=1), labels


def _check_numbers(table: Table, lines: np.ndarray, x: np.ndarray, names: Sequence[str]) -> None:
    """Checks that numbers are finite, in 32 bits too."""
    with np.errstate(over="ignore"):
        wrong = ~np.isfinite(x.astype("float32"))
    if wrong.any():
        row, column = (int(i) for i in np.argwhere(wrong)[0])
        what = "is empty or NaN" if np.isnan(x[row, column]) else f"holds {x[row, column]:g}"
        raise UsageError(
            f"{table.name}: line {lines[row]}, column {names[column]!r} {what}: it must hold a finite number; fill it, "
            "take the line or the column out, or name the column as the label."
        )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names[:20])) + (", ..." if len(names) > 20 else "")
