"""FILE.csv, FILE.tsv, FILE.data (packed with gzip or not) or FILE.parquet: a table of numbers and words, maybe labeled.

The parts hold STANDARDIZED values, `(x - mean) / scale` with train's mean and scale by column, as parts of pictures
hold pixels scaled to [0, 1]: models are trained and measured on them (`output="real"`). A column of words becomes an
indicator a word; a column of numbers with empty cells is filled with its mean, and a flag beside it says where.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePath

import numpy as np

from recipes.data.splits import Part, Splits, drawn, indexed, is_number, sentence, unlabelled
from recipes.data.units import SCALINGS, Standardized
from recipes.reading import tables
from recipes.reading.patterns import is_pattern
from recipes.reading.tables import Table
from zoo import UsageError
from zoo.checks import choice, did_you_mean

KEY = "table"
FORM = "rows"
ENDINGS = (".csv", ".tsv", ".tab", ".txt", ".data", ".parquet", ".pq")
FEWEST = 5  # rows: one in each part at least
MOST_NUMBERS = 500_000_000  # 4 GB of memory
MOST_WORDS = 100  # of a column: more would be names of the rows, and no two alike
NAMED = 5  # columns in a note


def reads(source: str) -> bool:
    """Says whether the source is called as a table is, and is no pattern of such files."""
    return PurePath(source.lower().removesuffix(".gz")).suffix in ENDINGS and not is_pattern(source, ENDINGS)


def load(
    file: str | Path,
    label: str | None = None,
    columns: Sequence[str] | None = None,
    header: str | None = None,
    categories: Sequence[str] | None = None,
    scaling: str = "standard",
    seed: int = 0,
) -> Splits:
    """Loads a table: names of the columns in the first line, then numbers or words.

    Args:
        file: The file: text in any usual encoding, separated by commas, semicolons, tabs or bars, packed with gzip or
            not; or a Parquet file.
        label: The name of the column that holds labels, words or numbers; without it all columns are values.
        columns: The names of the columns to take; all but the label if not given.
        header: "yes" or "no": whether the first line names the columns, which are called 1, 2 and so on otherwise. If
            not given it must, and a line with numbers is asked about.
        categories: The names of columns whose cells are words, though they may be numbers; those of words alone are.
        scaling: How numbers are standardized: "standard" by mean and standard deviation, "robust" by median and
            quartiles.
        seed: Seed of the split.

    Returns:
        The splits; `x` has the shape `(n, columns)`, float32, standardized; wider if there are words or empty cells.

    Raises:
        UsageError: If the file is not there, or is not what it should be; names the line and the column.
    """
    choice("scaling", scaling, tuple(SCALINGS))
    file = Path(file)
    if not file.is_file():
        raise UsageError(f"{file} is not there: give the path to a table.")
    table = tables.opened(file, header != "no")
    if header is None and table.dialect:
        check_header(table)
    names = chosen(table, label, columns, categories or ())
    x, words, labels_of_rows = _values(table, kinds_of(table, names, categories or ()), label)
    if len(x) < FEWEST:
        under = "" if header == "no" else " under its first line"
        raise UsageError(f"{file} must have at least {FEWEST} rows{under}. Received: {len(x)}.")

    labels, y = indexed(labels_of_rows) if label is not None else unlabelled(len(x))
    rows = drawn(y, seed)
    empty = np.isnan(x).sum(axis=0)
    units = Standardized.fitted(
        x[rows["train"]],
        names,
        str(file),
        scaling=scaling,
        filled=(empty > 0).tolist() if empty.any() else None,
        words=words if any(words) else None,
    )
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
        notes="\n".join(notes(table, names, empty, words)),
    )


def notes(table: Table, names: Sequence[str], empty: np.ndarray, words: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yields what is worth telling: how a table is written, which columns hold words, which have empty cells.

    Args:
        table: The table.
        names: The columns that are taken.
        empty: Of each the empty cells, shape `(columns,)`.
        words: Of each its words; () of one of numbers.
    """
    if _is_peculiar(table):
        yield f"Read as {table}."
    if any(words):
        said = [f"{name!r} ({len(known)})" for name, known in zip(names, words, strict=True) if known]
        yield f"Columns of words (how many): {_first(said)}. One that is no input is the --label, or not in --columns."
    if empty.any():
        said = [f"{name!r} ({count:,})" for name, count in zip(names, empty, strict=True) if count]
        yield f"Columns with empty cells, which are filled with the mean and flagged: {_first(said)}."


def _first(said: Sequence[str]) -> str:
    return ", ".join(said[:NAMED]) + (f" and {len(said) - NAMED:,} more" if len(said) > NAMED else "")


def _is_peculiar(table: Table) -> bool:
    """Says whether how a table is written is worth telling."""
    found = table.dialect
    return found is not None and (found.encoding, found.delimiter, found.header) != ("utf-8", ",", True)


def chosen(
    table: Table, label: str | None, columns: Sequence[str] | None, categories: Sequence[str]
) -> tuple[str, ...]:
    """Returns the names of the columns to take."""
    for name in [*(columns or ()), *categories, *([] if label is None else [label])]:
        check_there(table, name)
    found = tuple(name for name in (columns or table.names) if name != label)
    _check_names(table, found if columns else table.names)
    if len(found) < 2:
        raise UsageError(
            f"{table.name} must have at least 2 columns of values. Received: {_listed(found)}, in {table}."
        )
    return found


def check_there(table: Table, name: str) -> None:
    """Checks that a table has a column.

    Raises:
        UsageError: If it has not; names the nearest and the others.
    """
    if name not in table.names:
        hint = did_you_mean(name, table.names)
        raise UsageError(f"{table.name} has no column {name!r}: it has {_listed(table.names)}. {hint}".strip())


def check_header(table: Table) -> None:
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


def kinds_of(table: Table, names: Sequence[str], categories: Sequence[str]) -> dict[str, tables.Kind]:
    """Returns what each column holds: words if that is said, or if none of its first cells is a number."""
    kinds: dict[str, tables.Kind] = {name: "word" if name in categories else "number" for name in names}
    first = table.first(names)
    for name in (name for name, kind in kinds.items() if kind == "number"):
        words = [i for i, cell in enumerate(first.columns[name]) if table.number(cell) is None]
        empty = sum(cell in tables.EMPTY for cell in first.columns[name])
        if words and len(words) + empty == len(first.lines):
            kinds[name] = "word"
        elif words:
            raise UsageError(
                f"{table.name}: line {first.lines[words[0]]}, column {name!r} holds {first.columns[name][words[0]]!r}: "
                f"it must hold a number. Mend it, leave the column out, or take all its cells as words with "
                f"--categories {name}."
            )
    return kinds


def _values(
    table: Table, kinds: Mapping[str, tables.Kind], label: str | None
) -> tuple[np.ndarray, list[tuple[str, ...]], np.ndarray]:
    """Returns numbers, shape `(rows, columns)`, float64, each column's words, and the labels.

    A word is the number of its place among its column's, an empty cell of numbers NaN. Rows of empty cells are left
    out.
    """
    seen: dict[str, dict[str, int]] = {name: {} for name, kind in kinds.items() if kind == "word"}
    parts, labels, count = [np.zeros((0, len(kinds)))], [np.zeros(0, object)], 0
    for x, of_rows in blocks(table, kinds, label, seen):
        parts.append(x)
        labels.append(of_rows)
        count += x.size
        if count > MOST_NUMBERS:
            raise UsageError(
                f"{table.name} has over {MOST_NUMBERS:,} numbers: take fewer --columns, or write it in "
                "several files, and give a pattern of these, such as 'part-*.parquet', which are read from disk."
            )
    x = np.concatenate(parts)
    words = [_sorted(x[:, i], seen[name]) if name in seen else () for i, name in enumerate(kinds)]
    return x, words, np.concatenate(labels).astype(str)


def blocks(
    table: Table, kinds: Mapping[str, tables.Kind], label: str | None, seen: Mapping[str, dict[str, int]]
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yields numbers, shape `(rows, columns)`, float64, and labels, which are "" where there are none.

    A word is the number by which `seen` has it, and is entered there if it is new; an empty cell of numbers is NaN.
    Rows of empty cells are left out.

    Raises:
        UsageError: If a cell is not what it should be; names the line and the column.
    """
    for rows in table.rows(kinds if label is None else {**kinds, label: "word"}):
        labels = np.full(len(rows.lines), "", object) if label is None else rows.columns[label]
        blank, columns = labels == "", []
        for name in kinds:
            cells = rows.columns[name]
            blank &= (cells == "") if name in seen else np.isnan(cells)
            columns.append(_places(table, name, cells, seen[name]) if name in seen else cells)
        lines, x, labels = rows.lines[~blank], np.stack(columns, axis=1)[~blank], labels[~blank]
        _check_numbers(table, lines, x, list(kinds))
        if label is not None and (labels == "").any():
            raise UsageError(f"{table.name}: line {lines[labels == ''][0]}, column {label!r} holds no label.")
        yield x, labels


def _places(table: Table, name: str, cells: np.ndarray, seen: dict[str, int]) -> np.ndarray:
    """Returns a number for each word, and enters those that are new."""
    places = np.array([seen.setdefault(cell, len(seen)) for cell in cells], "float64")
    if len(seen) > MOST_WORDS:
        few = _listed(list(seen)[:3])
        raise UsageError(
            f"{table.name}: column {name!r} holds over {MOST_WORDS} different words, such as {few}: "
            "name the columns to take with --columns, and leave it out."
        )
    return places


def _sorted(places: np.ndarray, seen: Mapping[str, int]) -> tuple[str, ...]:
    """Sorts a column's words, changes its numbers to fit, in place, and returns the words."""
    there = set(np.unique(places).astype(int).tolist())
    words = sorted(word for word, place in seen.items() if place in there)
    new = np.zeros(len(seen))
    new[[seen[word] for word in words]] = np.arange(len(words))
    places[:] = new[places.astype(int)]
    return tuple(words)


def _check_numbers(table: Table, lines: np.ndarray, x: np.ndarray, names: Sequence[str]) -> None:
    """Checks that numbers are finite, in 32 bits too; an empty cell is none."""
    with np.errstate(over="ignore"):
        wrong = np.isinf(x.astype("float32"))
    if wrong.any():
        row, column = (int(i) for i in np.argwhere(wrong)[0])
        raise UsageError(
            f"{table.name}: line {lines[row]}, column {names[column]!r} holds {x[row, column]:g}: it must hold a "
            "finite number; mend it, take the line or the column out, or name the column as the label."
        )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names[:20])) + (", ..." if len(names) > 20 else "")
