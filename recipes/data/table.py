"""FILE.csv, FILE.tsv, FILE.csv.gz or FILE.parquet: a table of numbers under a line of names, maybe with labels.

The parts hold STANDARDIZED values, `(x - mean) / scale` with train's mean and scale by column, as parts of pictures
hold pixels scaled to [0, 1]: models are trained and measured on them (`output="real"`).
"""

import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath
from typing import Any

import numpy as np
import pandas as pd

from recipes.data.splits import Part, Splits, drawn, indexed, is_number, sentence
from recipes.data.units import Standardized
from recipes.reading import tables
from recipes.reading.tables import Dialect
from zoo import UsageError
from zoo.checks import did_you_mean, said

KEY = "table"
TEXT, PARQUET = (".csv", ".tsv", ".tab", ".txt", ".data"), (".parquet", ".pq")
ROWS_AT_A_TIME = 10_000  # a bad cell near the beginning of a huge file is reported before the rest is read
FEWEST = 5  # rows: one in each part at least
EMPTY = ["", "NaN", "nan", "NA", "N/A", "n/a", "null", "NULL", "None"]  # cells of a column of numbers that hold none


def reads(source: str) -> bool:
    """Says whether the source is called as a table is."""
    name = PurePath(source.lower().removesuffix(".gz"))
    return name.suffix in TEXT or source.lower().endswith(PARQUET)


def load(file: str | Path, label: str | None = None, seed: int = 0) -> Splits:
    """Loads a table: names of the columns in the first line, then numbers.

    Args:
        file: The file: text in any usual encoding, separated by commas, semicolons or tabs, packed with gzip or not; or
            a Parquet file.
        label: The name of the column that holds labels, words or numbers; without it all columns are values.
        seed: Seed of the split.

    Returns:
        The splits; `x` has the shape `(n, columns)`, float32, standardized.

    Raises:
        UsageError: If the file is not there, or is not what it should be; names the line and the column.
    """
    file = Path(file)
    if not file.is_file():
        raise UsageError(f"{file} is not there: give the path to a table.")
    names, chunks, seen = _parquet(file) if file.suffix.lower() in PARQUET else _text(file, label)
    _check_names(file, names)
    if label is not None and label not in names:
        hint = did_you_mean(label, names)
        raise UsageError(f"{file} has no column {label!r}: it has {_listed(names)}. {hint}".strip())
    columns = tuple(name for name in names if name != label)
    if len(columns) < 2:
        raise UsageError(f"{file} must have at least 2 columns of numbers. Received: {_listed(columns)}, in {seen}.")
    numbers, words = [], []
    for chunk in chunks:
        numbers.append(_numbers(file, chunk[list(columns)]))
        words += _words(file, chunk[label]) if label is not None else []
    x = np.concatenate([np.zeros((0, len(columns))), *numbers])
    if len(x) < FEWEST:
        raise UsageError(f"{file} must have at least {FEWEST} rows under its first line. Received: {len(x)}.")

    labels, y = indexed(np.array(words)) if label is not None else ((), np.zeros(len(x), "int64"))
    rows = drawn(y, seed)
    units = Standardized.fitted(x[rows["train"]], columns, str(file))
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
    )


def _text(file: Path, label: str | None) -> tuple[list[str], Iterator[pd.DataFrame], str]:
    """Returns the columns' names, the rows in chunks, and how the table is written."""
    found = tables.dialect(file)
    return found.header, _chunks(file, found, label), str(found)


def _chunks(file: Path, found: Dialect, label: str | None) -> Iterator[pd.DataFrame]:
    """Yields the rows, indexed by their lines; empty lines are counted and left out."""
    numbers = [name for name in found.header if name != label]
    try:
        with warnings.catch_warnings(), tables.opened(file, found.encoding) as opened:
            warnings.simplefilter("error", pd.errors.ParserWarning)  # of lines that are longer than the first
            with pd.read_csv(
                opened,
                chunksize=ROWS_AT_A_TIME,
                sep=found.delimiter,
                decimal=found.decimal,
                names=found.header,
                header=0,
                index_col=False,
                skip_blank_lines=False,
                skipinitialspace=True,
                keep_default_na=False,
                na_values=dict.fromkeys(numbers, EMPTY),
                dtype={label: str} if label is not None else None,
                low_memory=False,
            ) as chunks:
                for chunk in chunks:
                    chunk.index += 2
                    filled = chunk[numbers].notna().any(axis=1)
                    yield chunk[filled | (chunk[label].fillna("") != "")] if label is not None else chunk[filled]
    except pd.errors.ParserWarning:
        raise UsageError(f"{file}: line 2 has more cells than line 1 has names.") from None
    except pd.errors.ParserError as error:
        reason = str(error).strip().removeprefix("Error tokenizing data. C error: ").splitlines()[0]
        raise UsageError(f"{file} is not a whole table ({reason}): mend that line.") from None
    except Exception as error:  # a damaged file makes the reader raise anything
        raise UsageError(f"{file} is not a whole table of {found} ({said(error):.300}).") from None


def _parquet(file: Path) -> tuple[list[str], Iterator[pd.DataFrame], str]:
    """Returns the columns' names, the rows, and what the file is."""
    try:
        frame = pd.read_parquet(file)
    except ImportError:
        raise UsageError(f"{file} needs the package pyarrow: install it, or save the table as CSV.") from None
    except Exception as error:  # a damaged file makes the reader raise anything
        raise UsageError(f"{file} is not a whole Parquet file ({said(error):.300}): fetch it again.") from None
    frame.columns = [str(name) for name in frame.columns]
    frame.index = pd.RangeIndex(1, len(frame) + 1)
    return list(frame.columns), iter([frame]), "a Parquet file"


def _check_names(file: Path, names: Sequence[str]) -> None:
    """Checks that each column has a name of its own."""
    if all(is_number(name) for name in names) and list(names) != [str(i) for i in range(len(names))]:
        raise UsageError(f"{file}: line 1 must name the columns. Received: numbers. Put a line of names above them.")
    for i, name in enumerate(names):
        if not name:
            raise UsageError(
                f"{file}: column {i + 1} has no name in line 1: name it, or take it out if it counts rows."
            )
        if name in names[:i]:
            raise UsageError(
                f"{file}: columns {names.index(name) + 1} and {i + 1} are both called {name!r}: rename one."
            )


def _numbers(file: Path, chunk: pd.DataFrame) -> np.ndarray:
    """Returns the values, shape `(rows, columns)`, float64."""
    values = np.stack([pd.to_numeric(chunk[name], errors="coerce").to_numpy("float64") for name in chunk], axis=1)
    with np.errstate(over="ignore"):
        wrong = ~np.isfinite(values.astype("float32"))
    if wrong.any():
        row, column = (int(i) for i in np.argwhere(wrong)[0])
        cell: Any = chunk.iloc[row, column]
        what = "is empty or NaN" if pd.isna(cell) else f"holds {str(cell)[:40]!r}"
        raise UsageError(
            f"{file}: line {chunk.index[row]}, column {chunk.columns[column]!r} {what}: it must hold a finite "
            "number; fill it, take the line or the column out, or name the column as the label."
        )
    return values


def _words(file: Path, cells: pd.Series) -> list[str]:
    """Returns a column's labels."""
    missing = np.flatnonzero(cells.isna() | (cells.astype(str).str.strip() == ""))
    if len(missing):
        raise UsageError(f"{file}: line {cells.index[missing[0]]}, column {cells.name!r} holds no label.")
    return [str(cell).strip() for cell in cells]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names[:20])) + (", ..." if len(names) > 20 else "")
