"""A table of numbers in a CSV file, with or without a column of labels.

The parts hold STANDARDISED values, (x - mean) / scale with train's mean and scale by column, as MNIST's parts hold
pixels scaled to [0, 1]: models are trained and measured on them (`output="real"`). Raw values go into an export
through `Standardized(model, splits.mean, splits.scale)`, which is what a recipe exports in the place of the model;
`splits.raw(x)` gives its examples.
"""

import csv
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from recipes.data.splits import Part, Splits
from zoo import UsageError
from zoo.checks import did_you_mean

ROWS_AT_A_TIME = 10_000  # a bad cell near the beginning of a huge file is told without reading the rest
LONGEST_HEADER = 1_000_000  # bytes
FEWEST = 5  # rows: one in each part at least
MOST_LOST = 0.01  # of a column's standard deviation, by rounding to 32 bits
PARTS = {"train": (0, 1, 2), "validation": (3,), "test": (4,)}  # of every five rows


@dataclass(frozen=True)
class Table(Splits):
    """Splits of a table.

    Attributes:
        columns: The names of the columns of `x`.
        labels: The names of the labels; `y` holds their indices. Empty for a table without labels, whose `y` are 0.
        mean: Train's mean by column, in the file's units, shape `(columns,)`, float32.
        scale: Train's standard deviation by column, likewise; 1 for a column that is constant there.
    """

    columns: tuple[str, ...]
    labels: tuple[str, ...]
    mean: np.ndarray
    scale: np.ndarray

    def raw(self, x: np.ndarray) -> np.ndarray:
        """Returns standardised values, shape `(n, columns)`, in the file's units."""
        return x * self.scale + self.mean


def load(file: str | Path, label: str | None = None, seed: int = 0) -> Table:
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

    labels, y = _indices(words) if label is not None else ((), np.zeros(len(x), "int64"))
    rows = _rows(y, seed)
    train = x[rows["train"]]
    scale = np.where(np.ptp(train, axis=0) > 0, train.std(axis=0), 1)  # a constant's deviation may round to above 0
    _check_precision(file, columns, x, scale)
    mean, scale = train.mean(axis=0).astype("float32"), scale.astype("float32")
    train, validation, test = (Part((x[at].astype("float32") - mean) / scale, y[at]) for at in rows.values())
    by_label = f", each label of {label!r} in these shares" if label is not None else ""
    return Table(
        train,
        validation,
        test,
        name=file.name,
        source=str(file),
        split=f"of {len(x):,} rows, drawn with seed {seed}, 60% train ({len(train):,}), 20% validate "
        f"({len(validation):,}) and 20% test ({len(test):,}){by_label}",
        licence="see its source",
        columns=columns,
        labels=labels,
        mean=mean,
        scale=scale,
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
    if all(_is_number(name) for name in names) and names != [str(i) for i in range(len(names))]:
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


def _indices(words: list[str]) -> tuple[tuple[str, ...], np.ndarray]:
    """Returns the labels' names, numbers by their value and words by the alphabet, and each row's index among them."""
    names = sorted(set(words))
    if all(_is_number(name) for name in names):
        names.sort(key=float)
    index = {name: i for i, name in enumerate(names)}
    return tuple(names), np.array([index[word] for word in words], "int64")


def _rows(y: np.ndarray, seed: int) -> dict[str, np.ndarray]:
    """Draws each part's rows: shuffled, sorted by label, then of every five rows three, one and one."""
    shuffled = np.random.default_rng(seed).permutation(len(y))
    by_label = shuffled[np.argsort(y[shuffled], kind="stable")]
    turn = np.arange(len(y)) % 5
    return {part: np.sort(by_label[np.isin(turn, turns)]) for part, turns in PARTS.items()}


def _check_precision(file: Path, columns: Sequence[str], x: np.ndarray, scale: np.ndarray) -> None:
    """Checks that float32, in which models compute, tells a column's values apart."""
    lost = np.abs(x.astype("float32") - x).max(axis=0) / scale
    worst = int(np.argmax(lost))
    if lost[worst] > MOST_LOST:
        raise UsageError(
            f"{file}: column {columns[worst]!r} varies too little around {x[:, worst].mean():.6g} for 32-bit numbers: "
            "subtract a constant from it first."
        )


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names[:20])) + (", ..." if len(names) > 20 else "")
