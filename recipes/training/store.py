"""The file that a stopped run goes on from: all that moves, and notes, renamed into place as one."""

import contextlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from zoo import UsageError, archives
from zoo.checks import guarded
from zoo.files import remove, remove_unfinished, replacing

CHECKPOINT = "checkpoint.npz"


class Store:
    """Groups of arrays and notes in a file, which is read when this is made; a file of another run is refused.

    Attributes:
        notes: What was noted; empty if there is no file.

    Raises:
        UsageError: If the file is damaged or another run's.
    """

    def __init__(self, file: Path, identity: Mapping[str, Any]) -> None:
        self.file = file
        self.identity = json.loads(json.dumps(identity, default=str))
        self.arrays: dict[str, np.ndarray] = {}
        self.notes: dict[str, Any] = {}
        if file.exists():
            self._read()

    def write(self, groups: Mapping[str, Iterable[np.ndarray]], **notes: Any) -> None:
        """Writes groups of arrays and notes, aside and then in place."""
        arrays: dict[str, Any] = {
            f"{group}{i}": array for group, values in groups.items() for i, array in enumerate(values)
        }
        with replacing(self.file) as target:
            np.savez(target, notes=json.dumps({"identity": self.identity, **notes}), **arrays)

    def put_back(self, group: str, variables: Sequence[Any]) -> None:
        """Sets variables to a group of arrays.

        Raises:
            UsageError: If they do not fit.
        """
        with self.guarded("does not fit the model"):
            for i, variable in enumerate(variables):
                variable.assign(self.arrays[f"{group}{i}"])

    def group(self, group: str) -> list[np.ndarray]:
        """Returns a group of arrays."""
        names = (f"{group}{i}" for i in range(len(self.arrays)))
        return [self.arrays[name] for name in names if name in self.arrays]

    def guarded(self, fault: str) -> Any:
        """Guards what reads the file's contents: whatever is wrong with them becomes a sentence."""
        return guarded(self.file, fault, f"delete {self.file} to start afresh")

    def _read(self) -> None:
        with self.guarded("is damaged"):
            self.arrays = archives.read(self.file)
            self.notes = dict(json.loads(str(self.arrays.pop("notes"))))
            before = dict(self.notes.pop("identity"))
        other = [key for key in {**before, **self.identity} if before.get(key) != self.identity.get(key)]
        if other:
            was = ", ".join(f"{key}={before.get(key)}" for key in other)
            raise UsageError(
                f"The unfinished run in {self.file.parent} had {was}: resume with the same options and data, or "
                "delete it to start afresh."
            )


def unfinished(folder: Path) -> bool:
    """Says whether a run that was stopped lies there, or in a folder inside, one for each model of the run."""
    return bool(_in(folder, CHECKPOINT))


def finish(folder: Path) -> None:
    """Removes the checkpoints once their run's results are safe; TensorBoard's logs stay."""
    for file in _in(folder, CHECKPOINT):
        remove(file)


def clear(folder: Path) -> None:
    """Removes what a killed process had begun to write; of a run that is not gone on with, its logs too."""
    for left in _in(folder, f".{CHECKPOINT}.*"):
        remove_unfinished(left.with_name(CHECKPOINT))
    if not unfinished(folder):
        for logs in _in(folder, "logs"):
            remove(logs)


def kept(folder: Path) -> str:
    """Returns a sentence that says what of a stopped run is kept, and where; nothing if nothing is."""
    epochs, pretrained = {"pretraining": 0, "training": 0}, False
    for file in _in(folder, CHECKPOINT):
        with contextlib.suppress(UsageError), guarded(file, "is damaged"):  # nothing is kept in a damaged file
            with np.load(file, allow_pickle=False) as archive:
                notes = json.loads(str(archive["notes"]))
            epochs["pretraining"] += notes.get("pretraining", {"done": 0})["done"]
            epochs["training"] += notes.get("progress", {"epoch": 0})["epoch"]
            pretrained |= notes.get("progress", {"pretraining": 0})["pretraining"] > 0
    words = ["a whole pretraining"] if pretrained else []
    words += [f"{count} epoch{'s' * (count != 1)} of {phase}" for phase, count in epochs.items() if count]
    return f"Kept in {folder}: {' and '.join(words)}." if words else ""


def _in(folder: Path, pattern: str) -> list[Path]:
    return [path for places in ("", "[!.]*/") for path in folder.glob(places + pattern)]
