"""What is normal among samples with labels, or without, and how many false alarms its number allows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recipes.data.splits import Part, Splits
from recipes.training.streaming import Streamed
from zoo import UsageError, checks

EACH = "each"
PARTS = ("validation", "test")
FALSE_ALARMS = 0.05
FEWEST = 5  # normal samples that train


@dataclass(frozen=True)
class Kind:
    """What is normal to one detector: a label's name and its number; no number where there are no labels."""

    name: str
    label: int | None

    def of(self, part: Part) -> np.ndarray:
        """Returns the normal samples of a part."""
        return part.x if self.label is None else part.x[part.y == self.label]

    def training(self, splits: Splits) -> np.ndarray | Streamed:
        """Returns the normal samples that train, be they read from disk or held."""
        held = self.of(splits.train)
        if splits.streamed is None:
            return held
        return splits.streamed if self.label is None else splits.streamed.only(self.name, held)


def kinds_of(splits: Splits, normal: str | None, false_alarms: float | None) -> list[Kind]:
    """Returns what is normal in turn, after a look whether there are enough samples to train, set and measure.

    Args:
        splits: The data.
        normal: The normal label, or "each".
        false_alarms: The share of false alarms that was asked for, if any.

    Raises:
        UsageError: If there are not, or if no such label is there.
    """
    names = splits.labels
    if not names:
        if normal is not None:
            raise UsageError(f"--normal {normal} needs labels: name their column with --label.")
        kinds = [Kind("all rows", None)]
    else:
        chosen = normal or (EACH if splits.pictures else "")
        if chosen == EACH and EACH in names:
            raise UsageError(f"--normal {EACH} means every label in its turn, and {EACH} is a label: rename the label.")
        if chosen not in (EACH, *names):
            listed = ", ".join(names[:20]) + (", ..." if len(names) > 20 else "")
            hint = checks.did_you_mean(chosen, [EACH, *names])
            raise UsageError(
                f"--normal must be {EACH} or one of the labels {listed}. Received: {chosen!r}. {hint}".strip()
            )
        kinds = [Kind(name, i) for i, name in enumerate(names) if chosen in (EACH, name)]
    for kind in kinds:
        _check_counts(splits, kind, false_alarms)
    return kinds


def _check_counts(splits: Splits, kind: Kind, false_alarms: float | None) -> None:
    counts = {part: len(kind.of(splits[part])) for part in ("train", *PARTS)}
    least = 1 if false_alarms is None else int(np.ceil(1 / false_alarms)) - 1
    if false_alarms is not None and counts["validation"] < least:
        raise UsageError(
            f"{splits.source}: --false-alarms {false_alarms:g} needs at least {least} normal samples to "
            f"validate by. Received: {counts['validation']} of {kind.name}. Raise it, or give more data."
        )
    if counts["train"] < FEWEST or min(counts.values()) < 1:
        raise UsageError(
            f"{splits.source}: at least {FEWEST} normal samples must train, 1 must validate and 1 must test. Received: "
            f"{', '.join(map(str, counts.values()))} of {kind.name}. Give more data."
        )
    if kind.label is not None and counts["test"] == len(splits.test):
        raise UsageError(f"{splits.source}: all {counts['test']} samples for test are {kind.name}: no anomalies.")


def share_of(false_alarms: float | None, validating: int) -> float:
    """Returns the share of false alarms to allow: what was asked for, or 5%, or what few validating samples allow."""
    return max(FALSE_ALARMS, 1 / (validating + 1)) if false_alarms is None else false_alarms
