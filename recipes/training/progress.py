"""How far a training has come."""

import operator
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np


@dataclass
class Progress:
    """How far a training has come; kept in the checkpoint beside the variables.

    Attributes:
        epoch: Epochs done.
        stopped: Whether early stopping said that it is enough.
        pretraining: Seconds of greedy pretraining, in models that have it.
        seconds: Wall time of each epoch: validation included, and the saving of the epoch before.
        history: "loss", "val_loss" and whatever the model measures: a number an epoch.
        monitor: What of these the best epoch is chosen by; the last epoch is the best where it is not among them.
        mode: "min" if it should be low, "max" if high.
    """

    epoch: int = 0
    stopped: bool = False
    pretraining: float = 0.0
    seconds: list[float] = field(default_factory=list)
    history: dict[str, list[float]] = field(default_factory=dict)
    monitor: str | None = "val_loss"
    mode: str = "min"

    @classmethod
    def restored(cls, notes: Mapping[str, Any]) -> Self:
        """Makes it of what a checkpoint holds.

        Raises:
            Exception: If that is no progress.
        """
        found = cls(
            epoch=operator.index(notes["epoch"]),
            stopped=bool(notes["stopped"]),
            pretraining=float(notes["pretraining"]),
            seconds=[float(second) for second in notes["seconds"]],
            history={str(name): [float(value) for value in values] for name, values in notes["history"].items()},
            monitor=None if notes["monitor"] is None else str(notes["monitor"]),
            mode=str(notes["mode"]),
        )
        if not all(0 < len(values) <= found.epoch for values in found.history.values()):
            raise ValueError("it has not a number for each epoch")
        return found

    @property
    def best_epoch(self) -> int:
        """The epoch, from 0, whose weights are kept."""
        if self.monitor not in self.history:
            return self.epoch - 1
        values = np.array(self.history[self.monitor])
        return int(np.argmin(values if self.mode == "min" else -values))
