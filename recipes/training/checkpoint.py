"""All that moves in a training, saved after each epoch and put back when a killed run goes on."""

import math
import time
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from recipes.training.progress import Progress
from recipes.training.store import Store
from zoo import UsageError

MEMORY = ("wait", "best", "best_epoch", "stopped_epoch")  # of early stopping


class Checkpoint(keras.callbacks.Callback):
    """Saves all that moves after each epoch; restores it when training begins.

    Keras's BackupAndRestore leaves out seed generators and early stopping's memory, so that a resumed run differs.
    Stands after early stopping in the list of callbacks, whose memory it saves and restores.

    Attributes:
        begun: Whether the store has a training to go on with.
    """

    def __init__(self, store: Store, stopping: keras.callbacks.EarlyStopping, epoch: tf.Variable) -> None:
        super().__init__()
        self.store = store
        self.stopping = stopping
        self.epoch = epoch
        self.begun = "progress" in store.notes
        with store.guarded("is damaged"):
            self.progress = Progress.restored(store.notes["progress"]) if self.begun else Progress()
            self._memory = {key: _plain(store.notes["stopping"][key]) for key in MEMORY if self.begun}

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Puts back what the checkpoint holds, if there is one."""
        if self.begun:
            self.restore()
        self._began = time.perf_counter()

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Sets the epoch whose order the input pipeline gives next."""
        self.epoch.assign(epoch)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Saves."""
        progress = self.progress
        check_finite(logs, epoch, self.store.file.parent)
        for name, value in (logs or {}).items():
            progress.history.setdefault(name, []).append(float(value))
        progress.epoch = epoch + 1
        progress.stopped = bool(self.model.stop_training)
        now = time.perf_counter()
        progress.seconds.append(now - self._began)
        self._began = now
        self.save()

    def save(self) -> None:
        """Writes the variables, early stopping's memory and the progress."""
        memory = {key: _plain(getattr(self.stopping, key)) for key in MEMORY}
        groups = {"variable": (v.numpy() for v in self._variables()), "best": self.stopping.best_weights or []}
        self.store.write(groups, progress=vars(self.progress), stopping=memory)

    def save_pretrained(self, model: keras.Model, seconds: float) -> None:
        """Writes a model whose layers have been trained one after the other, in so many seconds."""
        self.progress.pretraining = seconds
        self.stopping.on_train_begin()  # makes the memory that is saved
        self.set_model(model)
        self.save()

    def end(self, model: keras.Model) -> None:
        """Puts back a training that is over, and leaves the model as the end of Keras's `fit` does."""
        for callback in (self, self.stopping):
            callback.set_model(model)
        self.restore()
        self.stopping.on_train_end()
        model.optimizer.finalize_variable_values(model.trainable_variables)

    def restore(self) -> None:
        """Puts back the variables and early stopping's memory."""
        self.store.put_back("variable", self._variables())
        best = self.store.group("best")
        with self.store.guarded("does not fit the model"):
            if best and [value.shape for value in best] != [value.shape for value in self.model.get_weights()]:
                raise ValueError("the best weights have other shapes")
        self.stopping.best_weights = best
        for key, value in self._memory.items():
            setattr(self.stopping, key, value)

    def _variables(self) -> list[Any]:
        return [*self.model.variables, *self.model.optimizer.variables]


def check_finite(logs: dict | None, epoch: int, folder: Path) -> None:
    """Raises `UsageError` if a number of an epoch is none."""
    for name, value in (logs or {}).items():
        if not math.isfinite(value):
            raise UsageError(
                f"The {name} became {value} in epoch {epoch + 1}: look at the data, or delete {folder} and lower "
                "--learning-rate."
            )


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, int) else float(value)
