"""An export that finds anomalous steps in a series: a new file is scored in chunks, as if it were scored at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from serving import times
from serving.tables import Kind, Rows

WINDOW = "window"  # the signature that such an export has, beside those of tables
CHUNK = 50_000  # steps that are scored at a time
PACE = 0.1  # by which share the time between steps may differ from that of training, without a word


@dataclass(frozen=True)
class SeriesDetector:
    """An export that scores the steps of a series by its columns' names.

    Attributes:
        loaded: Its SavedModel, which owns the weights.
        inputs: By column, what the signature calls it, in the order of the export.
        window: Steps of a window.
        stride: Steps from a window to the next.
        time: The column of time; "" if the export knows none.
        interval: The usual time from a step to the next, where the export was made; 0 if it is unknown.
        notes: What is odd about a file that was scored, sentences.
    """

    loaded: Any
    inputs: dict[str, str]
    window: int
    stride: int
    time: str
    interval: float
    notes: list[str] = field(default_factory=list)

    @property
    def kept(self) -> tuple[str, ...]:
        """The columns that stand beside the scores in any case: that of time."""
        return (self.time,) if self.time else ()

    @property
    def kinds(self) -> dict[str, Kind]:
        """What each column holds."""
        return {**dict.fromkeys(self.inputs, "number"), **dict.fromkeys(self.kept, "word")}

    def __call__(self, rows: Rows) -> dict[str, np.ndarray]:
        """Returns `score`, `is_anomaly` and `contribution` of each step, of rows without a gap."""
        import tensorflow as tf

        with np.errstate(over="ignore"):  # what 32 bits do not hold is infinite, and so an anomaly
            given = {key: tf.constant(rows.columns[name].astype("float32")) for name, key in self.inputs.items()}
        found = self.loaded.signatures["named"](**given)
        return {key: found[key].numpy() for key in ("score", "is_anomaly", "contribution")}

    def answers(self, blocks: Iterator[Rows], file: str) -> Iterator[tuple[Rows, dict[str, np.ndarray]]]:
        """Yields rows and what is found in them, each row once and in order.

        A chunk is scored with the steps before it whose windows reach into it; those at its end wait for the next.

        Args:
            blocks: The file's rows.
            file: What messages call it.
        """
        waiting, answered = None, 0
        for part, follows in self._stretches(blocks, file):
            if waiting is not None and not follows:
                yield self._found(waiting, slice(answered, None))
                waiting, answered = None, 0
            waiting = part if waiting is None else _joined(waiting, part)
            if len(waiting.lines) >= max(CHUNK, 4 * self.window):
                ready = len(waiting.lines) - self.window  # of the steps before it all windows are here
                yield self._found(waiting, slice(answered, ready))
                dropped = (ready - self.window) // self.stride * self.stride  # where a window begins
                waiting, answered = _cut(waiting, slice(dropped, None)), ready - dropped
        if waiting is not None:
            yield self._found(waiting, slice(answered, None))

    def _found(self, rows: Rows, at: slice) -> tuple[Rows, dict[str, np.ndarray]]:
        return _cut(rows, at), {key: values[at] for key, values in self(rows).items()}

    def _stretches(self, blocks: Iterator[Rows], file: str) -> Iterator[tuple[Rows, bool]]:
        """Yields rows without a gap, and whether they follow the ones before without one."""
        usual, before = self.interval, None
        for block in blocks:
            if not self.time:
                yield block, True
                continue
            lines, words = block.lines, block.columns[self.time]
            if before is not None:  # so that time is seen to go on from block to block
                lines, words = np.r_[before[0], lines], np.r_[before[1], words]
            when = times.times(file, self.time, lines, words)
            if before is None:
                usual = times.interval(when) or usual
                self._look_at(usual)
            for at in times.segments(when, usual):
                first = at.start == 0
                begin, end = (max(0, place - (before is not None)) for place in (at.start, at.stop))
                if end > begin:
                    yield _cut(block, slice(begin, end)), first and before is not None
            before = lines[-1:], words[-1:]

    def _look_at(self, usual: float) -> None:
        if self.interval > 0 and abs(usual - self.interval) > PACE * self.interval:
            self.notes.append(
                f"Steps are {usual:g} apart where they were {self.interval:g} when the export was made: what is normal "
                "may look unusual."
            )


def detector(loaded: Any, inputs: dict[str, str]) -> SeriesDetector:
    """Returns what scores series, of a SavedModel that has the signature `window`."""
    about = {key: value.numpy() for key, value in loaded.signatures[WINDOW]().items()}
    time = about["time"][0].decode()
    return SeriesDetector(loaded, inputs, int(about["steps"]), int(about["stride"]), time, float(about["interval"]))


def _cut(rows: Rows, at: slice) -> Rows:
    return Rows(rows.lines[at], {name: values[at] for name, values in rows.columns.items()}, rows.torn)


def _joined(first: Rows, second: Rows) -> Rows:
    columns = {name: np.concatenate([values, second.columns[name]]) for name, values in first.columns.items()}
    return Rows(np.concatenate([first.lines, second.lines]), columns, second.torn)
