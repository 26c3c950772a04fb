"""Series from files with a column of time, a step a row: FILE.csv, or a folder of such files, in folders or not."""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from recipes.data import keys, recording, table
from recipes.data.recording import Recording
from recipes.data.splits import CALIBRATING, EXAMPLES, Part
from recipes.data.units import Standardized
from recipes.reading import tables
from zoo import UsageError

if TYPE_CHECKING:
    from zoo.autoencoder import Autoencoder

WINDOW = 16  # steps; chosen as docs/results.md says
TRAIN = 0.5  # of each file
MOST_WINDOWS = 20_000  # that train
MOST_VALUES = 100_000_000  # in them, 400 MB
SHOWN = 5  # sentences on single files
VERBS = {"train": "trains", "validation": "validates"}


@dataclass(frozen=True, eq=False)
class SeriesData:
    """Series that are measured alike: what windows train, what sets the threshold, what is searched.

    Attributes:
        recordings: The files.
        window: Steps of a window.
        time: The column of time.
        units: How raw values become samples.
        train: Windows of the training parts, standardized, shape `(n, window, channels)`.
        validation: Windows of the validation parts, likewise.
        name: The data set's name, for people.
        source: Where the data came from.
        split: How it was split, in a sentence.
        notes: Remarks on the loading, for people; lines, or nothing.
    """

    recordings: tuple[Recording, ...]
    window: int
    time: str
    units: Standardized
    train: Part
    validation: Part
    name: str
    source: str
    split: str
    notes: str = ""
    licence: str = "see its source"

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of a window."""
        return self.train.x.shape[1:]

    @property
    def columns(self) -> tuple[str, ...]:
        """The channels' names."""
        return self.units.columns

    @property
    def labelled(self) -> bool:
        """Whether anomalies are known."""
        return self.recordings[0].anomalous is not None

    @property
    def interval(self) -> float:
        """The usual time from a step to the next, the median over the files."""
        return float(np.median([one.interval for one in self.recordings]))

    @property
    def hyperparameters(self) -> dict[str, str]:
        """The hyperparameters that windows ask for."""
        return {"output": "series"}

    @functools.cached_property
    def checksum(self) -> str:
        """SHA-256 over the times, the values and the labels of all files in order."""
        digest = hashlib.sha256()
        for one in self.recordings:
            digest.update(one.times.tobytes() + one.x.tobytes())
            digest.update(b"" if one.anomalous is None else one.anomalous.tobytes())
        return digest.hexdigest()

    @property
    def key(self) -> str:
        """What published numbers are found by."""
        return keys.key(self.checksum)

    def wrap(self, model: Autoencoder) -> Autoencoder:
        """Returns the model as it is: a detector of series takes raw values."""
        return model

    def examples(self) -> np.ndarray:
        """Returns the first validation windows, raw."""
        return self.units.raw(self.validation.x[:EXAMPLES])

    def calibration(self) -> np.ndarray:
        """Returns validation windows, raw."""
        return self.units.raw(self.validation.x[:CALIBRATING])

    def inputs(self) -> dict[str, Any]:
        """Returns what `inputs.json` beside an export says of what goes in."""
        values = f"{self.units.meaning}, a step a row in order of time, at any length without a gap"
        about = {"time": self.time, "interval": self.interval, "window": self.window}
        return {"series": {"values": values, "columns": list(self.columns), **about}}

    def normal(self, part: str) -> Iterator[np.ndarray]:
        """Yields what was measured in a part, raw, a stretch without a gap at a time."""
        for one in self.recordings:
            yield from (one.x[at] for at in one.segments(one.parts[part]))


def load(
    source: str | Path,
    time: str,
    *,
    window: int | None = None,
    train_steps: float | None = None,
    label: str | None = None,
    normal: str | None = None,
    columns: Sequence[str] | None = None,
    scaling: str = "standard",
    header: str | None = None,
) -> SeriesData:
    """Loads a file or a folder of files.

    Args:
        source: Where they lie.
        time: The column of time: dates in ISO 8601, or numbers.
        window: Steps of a window; if not given 16, or as many as the shortest validating part has.
        train_steps: How many of each file's first steps are taken as normal, or, below 1, which share: of these the
            last fifth validates and sets the threshold, and the others train. Half of them if not given.
        label: The column of labels, which are looked at for measuring alone.
        normal: The label of what is normal, if labels are not 0 and 1.
        columns: The columns of numbers; all but those of time and labels if not given.
        scaling: How they are standardized, as `Standardized.fitted` says.
        header: "no" if the first line names no columns; they are then called 1, 2 and so on.

    Raises:
        UsageError: If a file is not there, or is not what it should be.
    """
    files = _files(Path(source))
    opened = [tables.opened(file, header != "no") for file in files]
    recording.check_column(opened[0], time)
    names = tuple(columns or (name for name in opened[0].names if name not in (time, label)))
    if not names or {time, label} & set(names):
        raise UsageError(f"{source} must have a column of numbers beside those of time and labels: see --columns.")
    share = TRAIN if train_steps is None else train_steps
    found = tuple(recording.read(each, time, names, share, label, normal) for each in opened)
    if normal is not None and label is None:
        raise UsageError(f"--normal {normal} needs labels: name their column with --label.")

    shortest = min(max(at.stop - at.start for at in one.segments(one.parts["validation"])) for one in found)
    steps = min(WINDOW, shortest) if window is None else window
    train = np.concatenate([one.x[one.parts["train"]] for one in found])
    units = Standardized.fitted(train, names, str(source), scaling=scaling)
    parts = {part: _windows(found, part, steps, units) for part in ("train", "validation")}
    for part, windows in parts.items():
        if not len(windows):
            raise UsageError(
                f"{source}: no window of {steps} steps fits into what {VERBS[part]} without a gap; its longest stretch "
                f"has {_longest(found, part)}: lower --window, or raise --train-steps."
            )
    return SeriesData(
        found,
        steps,
        time,
        units,
        parts["train"],
        parts["validation"],
        name=Path(source).name,
        source=str(source),
        split=_split(found, steps, parts["train"], share),
        notes=_notes(found),
    )


def _files(source: Path) -> list[Path]:
    """Returns the files, in the order in which people count."""
    if source.is_file():
        return [source]
    if not source.is_dir():
        raise UsageError(f"{source} is not there: give the path to a table with a column of time, or a folder of such.")
    found = [file for file in source.rglob("*") if file.is_file() and table.reads(str(file))]
    shown = [file for file in found if not any(part.startswith(".") for part in file.relative_to(source).parts)]
    if not shown:
        raise UsageError(f"{source} holds no table, such as FILE.csv, neither in its folders.")
    return sorted(shown, key=lambda file: [int(word) if word.isdigit() else word for word in _words(file)])


def _words(file: Path) -> list[str]:
    """Returns a path's words, of which every second is a number."""
    return re.split(r"(\d+)", str(file))


def _windows(found: Sequence[Recording], part: str, steps: int, units: Standardized) -> Part:
    """Returns the windows of a part, standardized; of long series not all, but evenly spaced ones."""
    stretches = [units.samples(one.x[at]) for one in found for at in one.segments(one.parts[part])]
    long = [x for x in stretches if len(x) >= steps]
    count = sum(len(x) - steps + 1 for x in long)
    most = max(1, min(MOST_WINDOWS, MOST_VALUES // (steps * len(units.columns))))
    every = max(1, -(-count // most))
    views = [np.lib.stride_tricks.sliding_window_view(x, steps, axis=0)[::every] for x in long]
    empty = np.zeros((0, steps, len(units.columns)), "float32")
    x = np.concatenate([empty, *(view.transpose(0, 2, 1) for view in views)]).astype("float32")
    return Part(x, np.zeros(len(x), "int64"))


def _longest(found: Sequence[Recording], part: str) -> int:
    return max(at.stop - at.start for one in found for at in one.segments(one.parts[part]))


def _split(found: Sequence[Recording], steps: int, train: Part, share: float) -> str:
    """Says how the steps were split."""
    sizes = {part: sum(one.parts[part].stop - one.parts[part].start for one in found) for part in found[0].parts}
    first = f"the first {share:.0%}" if share < 1 else f"the first {int(share):,} steps"
    several = f" of each of {len(found)} files" if len(found) > 1 else ""
    return (
        f"{first}{several} are taken as normal: of these {sizes['train']:,} steps train, in {len(train):,} windows of "
        f"{steps}, and the last {sizes['validation']:,} validate; all {sizes['test']:,} later steps test"
    )


def _notes(found: Sequence[Recording]) -> str:
    """Returns what is odd about the files, a line each."""
    remarks = [sentence for one in found for sentence in one.notes()]
    more = [f"{len(remarks) - SHOWN} more such sentences are left out."] if len(remarks) > SHOWN + 1 else []
    return "\n".join([*remarks[: SHOWN if more else None], *more])
