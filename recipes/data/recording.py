"""One file of a series: its times, its values by step and channel, and which steps are known to be anomalies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recipes.data.splits import is_number
from recipes.data.table import _listed, check_there
from recipes.reading import times
from recipes.reading.tables import Kind, Table
from zoo import UsageError

MOST_NUMBERS = 500_000_000  # 4 GB of memory
LARGEST = float(np.finfo("float32").max)
VALIDATE = 5  # one step of so many of the normal part, the last ones


@dataclass(frozen=True, eq=False)
class Recording:
    """A series from one file.

    Attributes:
        name: The file, as messages call it.
        words: When each step was, as the file says, shape `(steps,)`.
        times: Likewise in numbers, float64.
        x: What was measured, shape `(steps, channels)`, float64; NaN where a cell is empty, infinite where 32 bits do
            not hold what it does.
        anomalous: Which steps are labelled anomalies, shape `(steps,)`; None where there are no labels.
        normal: How many of the first steps are taken as normal.
    """

    name: str
    words: np.ndarray
    times: np.ndarray
    x: np.ndarray
    anomalous: np.ndarray | None
    normal: int

    def __len__(self) -> int:
        return len(self.x)

    @property
    def parts(self) -> dict[str, slice]:
        """The steps of each part: the first train, those after them validate, and the rest tests."""
        held_out = -(-self.normal // VALIDATE)
        return {
            "train": slice(0, self.normal - held_out),
            "validation": slice(self.normal - held_out, self.normal),
            "test": slice(self.normal, len(self)),
        }

    @property
    def interval(self) -> float:
        """The usual time from a step to the next."""
        return times.interval(self.times)

    def segments(self, part: slice | None = None) -> list[slice]:
        """Returns the stretches without a gap, of all steps or of those of a part."""
        part = part or slice(0, len(self))
        whole = times.segments(self.times, self.interval)
        cut = [slice(max(one.start, part.start), min(one.stop, part.stop)) for one in whole]
        return [one for one in cut if one.stop > one.start]

    def notes(self) -> list[str]:
        """Returns what is odd about the steps, a sentence each."""
        steps, usual = np.diff(self.times), self.interval
        gaps = len(self.segments()) - 1
        others = int((~np.isclose(steps, usual, rtol=0.01) & (steps > 0)).sum()) - gaps
        empty = int((~np.isfinite(self.x)).any(axis=1).sum())
        early = 0 if self.anomalous is None else int(self.anomalous[: self.normal].sum())
        remarks = {
            f"{_counted(int((steps == 0).sum()), 'step')} at the time of the step before": (steps == 0).any(),
            f"{_counted(others, 'step')} of another length than the usual {usual:g}": others > 0,
            f"{_counted(gaps, 'gap')} of over {times.GAP * usual:g}, which no window goes over": gaps > 0,
            f"{_counted(empty, 'step')} without a number, which count as anomalies": empty > 0,
            f"{_counted(early, 'step')} labelled anomalous among the first {self.normal:,}, which are taken as "
            "normal all the same": early > 0,
        }
        return [f"{self.name} has {sentence}." for sentence, holds in remarks.items() if holds]


def read(
    table: Table,
    time: str,
    columns: Sequence[str],
    train_steps: float,
    label: str | None = None,
    normal: str | None = None,
) -> Recording:
    """Reads a file.

    Args:
        table: The file, opened.
        time: The column of time.
        columns: The columns of numbers.
        train_steps: How many of the first steps are taken as normal, or, below 1, which share.
        label: The column of labels, if there is one.
        normal: What is normal among labels that are not 0 and 1.

    Raises:
        UsageError: If the file is not what it should be; names the line and the column.
    """
    kinds: dict[str, Kind] = {time: "word", **dict.fromkeys(columns, "number")}
    if label is not None:
        kinds[label] = "word"
    for name in kinds:
        check_column(table, name)
    lines, words, x, labels = [], [], [], []
    for rows in table.rows(kinds):
        lines.append(rows.lines)
        words.append(rows.columns[time])
        x.append(np.stack([rows.columns[name] for name in columns], axis=1))
        labels += [] if label is None else [rows.columns[label]]
        if sum(part.size for part in x) > MOST_NUMBERS:
            raise UsageError(f"{table.name} has over {MOST_NUMBERS:,} numbers: take fewer lines or --columns.")
    if sum(map(len, lines)) < 2:
        raise UsageError(f"{table.name} must have at least 2 steps. Received: {sum(map(len, lines))}.")
    place, when = np.concatenate(lines), np.concatenate(words).astype(str)
    steps = len(place)
    count = int(train_steps * steps) if train_steps < 1 else int(train_steps)
    if not 1 < count < steps:
        raise UsageError(
            f"{table.name}: --train-steps {train_steps:g} must leave steps on both sides: 2 or more that are normal, "
            f"and others to search. Received: {steps:,} steps in all."
        )
    values = np.concatenate(x)
    _check_normal(table, values[:count], place, columns)
    return Recording(
        table.name,
        when,
        times.times(table.name, time, place, when),
        np.where(np.abs(values) > LARGEST, np.inf, values),
        None if label is None else _anomalous(table, label, place, np.concatenate(labels).astype(str), normal),
        count,
    )


def check_column(table: Table, name: str) -> None:
    """Checks that a table has a column once.

    Raises:
        UsageError: If it has not; names the nearest and the others.
    """
    check_there(table, name)
    if (count := table.names.count(name)) > 1:
        raise UsageError(f"{table.name} has {count} columns called {name!r}: it has {_listed(table.names)}.")


def _anomalous(table: Table, label: str, lines: np.ndarray, words: np.ndarray, normal: str | None) -> np.ndarray:
    """Returns which labels are those of anomalies: all but the normal one; of numbers alone, 0 is normal."""
    if (empty := words == "").any():
        raise UsageError(f"{table.name}: line {lines[np.argmax(empty)]}, column {label!r} holds no label.")
    names = {word: float(word) if is_number(word) else word for word in np.unique(words).tolist()}
    wanted = 0.0 if normal is None else float(normal) if is_number(normal) else normal
    others = [word for word, value in names.items() if value not in (0.0, 1.0)]
    if normal is None and others:
        raise UsageError(
            f"{table.name}: column {label!r} holds {others[0]!r}: it must hold 0 where all is normal and 1 in an "
            "anomaly, or --normal must say which label is normal."
        )
    return np.array([names[word] != wanted for word in words])


def _check_normal(table: Table, x: np.ndarray, lines: np.ndarray, columns: Sequence[str]) -> None:
    """Checks that all is finite, in 32 bits too, where the series is taken as normal."""
    wrong = ~(np.abs(x) <= LARGEST)
    if wrong.any():
        row, column = (int(i) for i in np.argwhere(wrong)[0])
        what = "is empty or NaN" if np.isnan(x[row, column]) else f"holds {x[row, column]:g}"
        raise UsageError(
            f"{table.name}: line {lines[row]}, column {columns[column]!r} {what} among the first {len(x):,} steps, "
            "which must be normal and finite: fill it, take the line out, or lower --train-steps."
        )


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
