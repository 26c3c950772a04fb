"""All that moves in a training, saved after each epoch and put back when a killed run goes on."""

import json
import math
import time
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from recipes.training.progress import Progress
from zoo import UsageError
from zoo.checks import guarded
from zoo.files import remove, replacing

CHECKPOINT = "checkpoint.npz"


class Checkpoint(keras.callbacks.Callback):
    """Saves all that moves after each epoch, renamed into place last; restores it when training begins.

    Keras's BackupAndRestore leaves out seed generators and early stopping's memory, so that a resumed run differs.
    Stands after early stopping in the list of callbacks, whose memory it saves and restores.
    """

    def __init__(
        self,
        file: Path,
        stopping: keras.callbacks.EarlyStopping,
        identity: dict[str, Any],
        epoch: tf.Variable,
    ) -> None:
        super().__init__()
        self.file = file
        self.stopping = stopping
        self.identity = json.loads(json.dumps(identity, default=str))
        self.epoch = epoch
        self.arrays: dict[str, np.ndarray] = {}
        self.progress = Progress()
        if file.exists():
            self._read()

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Puts back what the checkpoint holds, if there is one."""
        if self.arrays:
            self.restore()
        self._began = time.perf_counter()

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Sets the epoch whose order the input pipeline gives next."""
        self.epoch.assign(epoch)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Saves."""
        progress = self.progress
        for name, value in (logs or {}).items():
            if not math.isfinite(value):
                raise UsageError(
                    f"The {name} became {value} in epoch {epoch + 1}: look at the data, or delete {self.file.parent} "
                    "and lower --learning-rate."
                )
            progress.history.setdefault(name, []).append(float(value))
        progress.epoch = epoch + 1
        progress.stopped = bool(self.model.stop_training)
        now = time.perf_counter()
        progress.seconds.append(now - self._began)
        self._began = now
        self.save()

    def save(self) -> None:
        """Writes the variables, early stopping's memory and the progress, aside and then in place."""
        memory = {key: _plain(getattr(self.stopping, key)) for key in ("wait", "best", "best_epoch", "stopped_epoch")}
        arrays = {f"variable{i}": v.numpy() for i, v in enumerate(self._variables())}
        arrays |= {f"best{i}": value for i, value in enumerate(self.stopping.best_weights or [])}
        notes = {"identity": self.identity, "progress": vars(self.progress), "stopping": memory}
        with replacing(self.file) as target:
            np.savez(target, notes=json.dumps(notes), **arrays)

    def restore(self) -> None:
        """Puts back the variables and early stopping's memory."""
        with guarded(self.file, "does not fit the model", f"delete {self.file} to start afresh"):
            for i, variable in enumerate(self._variables()):
                variable.assign(self.arrays[f"variable{i}"])
            best = sum(name.startswith("best") for name in self.arrays)
            self.stopping.best_weights = [self.arrays[f"best{i}"] for i in range(best)]
        for key, value in self._memory.items():
            setattr(self.stopping, key, value)

    def _variables(self) -> list[Any]:
        return [*self.model.variables, *self.model.optimizer.variables]

    def _read(self) -> None:
        advice = f"delete {self.file} to start afresh"
        with (
            guarded(self.file, "is damaged", advice),
            self.file.open("rb") as opened,
            np.load(opened, allow_pickle=False) as archive,
        ):
            self.arrays = {name: archive[name] for name in archive.files}
            notes = json.loads(str(self.arrays.pop("notes")))
            before = dict(notes["identity"])
            progress, self._memory = Progress(**notes["progress"]), dict(notes["stopping"])
        other = [key for key in {**before, **self.identity} if before.get(key) != self.identity.get(key)]
        if other:
            was = ", ".join(f"{key}={before.get(key)}" for key in other)
            raise UsageError(
                f"The unfinished run in {self.file.parent} had {was}: resume with the same options, or delete it to "
                "start afresh."
            )
        self.progress = progress


def unfinished(folder: Path) -> bool:
    """Says whether a run that was stopped lies there, or in a folder inside, one for each model of the run."""
    return bool(_checkpoints(folder))


def finish(folder: Path) -> None:
    """Removes the checkpoints once their run's results are safe; TensorBoard's logs stay."""
    for file in _checkpoints(folder):
        remove(file)


def _checkpoints(folder: Path) -> list[Path]:
    return [file for pattern in (CHECKPOINT, f"[!.]*/{CHECKPOINT}") for file in folder.glob(pattern)]


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, int) else float(value)
