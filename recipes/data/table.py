"""FILE.csv: a table of numbers with a line of names above them, and maybe a column of labels.

The parts hold STANDARDISED values, `(x - mean) / scale` with train's mean and scale by column, as parts of pictures
hold pixels scaled to [0, 1]: models are trained and measured on them (`output="real"`).
"""

import csv
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from recipes.data.splits import Part, Splits, drawn, indexed, is_number, sentence
from recipes.data.units import Standardized
from zoo import UsageError
from zoo.checks import did_you_mean

ROWS_AT_A_TIME = 10_000  # a bad cell near the beginning of a huge file is told without reading the rest
LONGEST_HEADER = 1_000_000  # bytes
FEWEST = 5  # rows: one in each part at least
KEY = "table"


def reads(source: str) -> bool:
    """Says whether the source is called as a table is."""
    return Path(source).suffix.lower() == ".csv"


def load(file: str | Path, label: str | None = None, seed: int = 0) -> Splits:
    """Loads a CSV file: names of the columns in the first line, then numbers.

    Args:
        file: The file: UTF-8 text, separated by commas.
        label: The name of the column that holds labels, words or numbers; without it all columns are values.
        seed: Seed of the split.

    Returns:
        The splits; `x` has the shape `(n, columns)`, float32, standardised.

    Raises:
        UsageError: If the file is not there, or is not what it should be; names the line and the column.
    """
    file = Path(file)
    names = _header(file)
    if label is not None and label not in names:
        hint = did_you_mean(label, names)
        raise UsageError(f"{file} has no column {label!r}: it has {_listed(names)}. {hint}".strip())
    columns = tuple(name for name in names if name != label)
    if len(columns) < 2:
        raise UsageError(
            f"{file} must have at least 2 columns of numbers, separated by commas. Received: {_listed(columns)}."
        )
    numbers, words = [], []
    for chunk in _chunks(file, label):
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


def _header(file: Path) -> list[str]:
    """Reads and checks the columns' names."""
    if not file.is_file():
        raise UsageError(f"{file} is not there: give the path to a CSV file.")
    with file.open("rb") as opened:
        start = opened.readline(LONGEST_HEADER)
    if b"\0" in start or len(start) == LONGEST_HEADER:
        raise UsageError(f"{file} is not a CSV file: its first line is no text that names columns.")
    try:
        line = start.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{file}: line 1 is not UTF-8 text: save the file as UTF-8.") from None
    if not line.strip():
        raise UsageError(f"{file}: line 1 is empty: it must name the columns.")
    names = [name.strip() for name in next(csv.reader([line]))]
    if all(is_number(name) for name in names) and names != [str(i) for i in range(len(names))]:
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
    return names


def _chunks(file: Path, label: str | None) -> Iterator[pd.DataFrame]:
    """Yields the rows, indexed from 0 with empty lines counted and left out."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)  # of lines that are longer than the first
            with pd.read_csv(
                file,
                chunksize=ROWS_AT_A_TIME,
                compression=None,
                encoding="utf-8-sig",
                names=_header(file),
                header=0,
                index_col=False,
                skip_blank_lines=False,
                skipinitialspace=True,
                dtype={label: str} if label is not None else None,
                low_memory=False,
            ) as chunks:
                yield from (chunk.dropna(how="all") for chunk in chunks)
    except pd.errors.ParserWarning:
        raise UsageError(f"{file}: line 2 has more cells than line 1 has names.") from None
    except pd.errors.ParserError as error:
        reason = str(error).strip().removeprefix("Error tokenizing data. C error: ").splitlines()[0]
        raise UsageError(f"{file} is not a whole CSV file ({reason}): mend that line.") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not UTF-8 text ({error.reason}): save it as UTF-8.") from None


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
            f"{file}: line {chunk.index[row] + 2}, column {chunk.columns[column]!r} {what}: it must hold a finite "
            "number; fill it, take the line or the column out, or name the column as the label."
        )
    return values


def _words(file: Path, cells: pd.Series) -> list[str]:
    """Returns a column's labels."""
    missing = np.flatnonzero(cells.isna())
    if len(missing):
        raise UsageError(f"{file}: line {cells.index[missing[0]] + 2}, column {cells.name!r} holds no label.")
    return [str(cell).strip() for cell in cells]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names[:20])) + (", ..." if len(names) > 20 else "")
