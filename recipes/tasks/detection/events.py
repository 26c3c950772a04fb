"""Events: neighboring alarms as one, with the time, the highest score and the channel that has most of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from recipes.data.recording import Recording

SHOWN = 10


@dataclass(frozen=True)
class Event:
    """Alarms that lie near one another.

    Attributes:
        file: The file's name.
        start: When its first step was, as the file says.
        end: When its last step was.
        steps: How many there are from the first to the last.
        peak: When the score was highest.
        score: How high.
        channel: The channel that contributed most at the peak.
        share: Its share of the score.
    """

    file: str
    start: str
    end: str
    steps: int
    peak: str
    score: float
    channel: str
    share: float


def spans(flagged: np.ndarray, near: int) -> list[slice]:
    """Returns the stretches of steps that alarms cover, two alarms being in one if at most `near` steps lie apart."""
    steps = np.flatnonzero(flagged)
    if not len(steps):
        return []
    apart = np.flatnonzero(np.diff(steps) > near)
    begins, ends = steps[np.r_[0, apart + 1]], steps[np.r_[apart, len(steps) - 1]]
    return [slice(int(begin), int(end) + 1) for begin, end in zip(begins, ends, strict=True)]


def events(
    found: Recording, contributions: np.ndarray, flagged: np.ndarray, near: int, columns: Sequence[str]
) -> list[Event]:
    """Returns a file's events, in order.

    Args:
        found: The file.
        contributions: What each channel adds to the score, shape `(steps, channels)`.
        flagged: Which steps are alarms, shape `(steps,)`.
        near: How many steps two alarms of one event may lie apart.
        columns: The channels' names.
    """
    made = []
    for at in spans(flagged, near):
        score = contributions[at].sum(axis=1)
        peak = at.start + int(np.argmax(score))
        of_peak = contributions[peak]
        channel = int(np.argmax(of_peak))
        missing = np.isinf(of_peak)  # which then share the score
        share = of_peak[channel] / of_peak.sum() if not missing.any() else 1 / missing.sum()
        made.append(
            Event(
                found.name,
                str(found.words[at.start]),
                str(found.words[at.stop - 1]),
                at.stop - at.start,
                str(found.words[peak]),
                float(score.max()),
                columns[channel],
                float(share),
            )
        )
    return made


def written(found: Sequence[Event]) -> str:
    """Returns events as a table with commas, a line each."""
    names = list(Event.__dataclass_fields__)
    frame = pd.DataFrame([asdict(one) for one in found], columns=names)
    return frame.to_csv(index=False, float_format="%.6g", lineterminator="\n")


def shown(found: Sequence[Event]) -> str:
    """Returns the events with the highest scores as a table for people."""
    if not found:
        return "No alarms."
    highest = sorted(found, key=lambda one: -one.score)[:SHOWN]
    frame = pd.DataFrame([asdict(one) for one in highest])
    head = f"{len(found):,} event{'' if len(found) == 1 else 's'}" + (
        f", of which the {SHOWN} highest:" if len(found) > SHOWN else ":"
    )
    return f"{head}\n{frame.to_string(index=False, float_format='{:.3g}'.format)}"
