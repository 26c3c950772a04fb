"""Trains a model: fast input, early stopping, TensorBoard, and a checkpoint from which a killed run goes on exactly.

A resumed run ends with the same bits because all that moves is in the checkpoint (weights, seed generators, the
optimizer, early stopping's memory, the history), and each epoch's order depends on nothing but (seed, epoch).
"""

import json
import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from scipy import sparse

from recipes._interrupt import between_steps
from recipes._rows import gatherer
from zoo import UsageError
from zoo.autoencoder import Autoencoder
from zoo.files import remove, replacing
from zoo.health import Health

CHECKPOINT = "checkpoint.npz"
# Steps between two returns to Python: enough that the returns cost nothing, few enough that Ctrl-C answers at once.
STEPS_PER_EXECUTION = 20


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

    @property
    def best_epoch(self) -> int:
        """The epoch, from 0, whose weights are kept."""
        if self.monitor not in self.history:
            return self.epoch - 1
        values = np.array(self.history[self.monitor])
        return int(np.argmin(values if self.mode == "min" else -values))


def fit(
    model: Autoencoder,
    train: np.ndarray | sparse.csr_array | Callable[[tf.Variable], tf.data.Dataset],
    validation: np.ndarray | tf.data.Dataset | None,
    *,
    folder: Path,
    pretrain_epochs: int = 0,
    epochs: int,
    batch_size: int,
    patience: int,
    seed: int,
    schedule: str,
    warmup_steps: int = 0,
    health: bool = False,
    augment: Callable[[tf.Tensor, tf.Tensor], tf.Tensor] | None = None,
    monitor: str | None = "val_loss",
    mode: str = "min",
    callbacks: Sequence[keras.callbacks.Callback] = (),
    densify: bool = True,
    identity: dict[str, Any],
) -> Progress:
    """Trains until the validation loss has not fallen for `patience` epochs, and keeps the best epoch's weights.

    Args:
        model: A compiled model.
        train: Training samples, shape `(n, *input_shape)`, float32; a table of ratings stays sparse. Or what makes an
            epoch's batches, known from the epoch that comes next, an int64 scalar.
        validation: Validation samples, likewise, or batches of samples and targets.
        folder: Where the checkpoint and TensorBoard's logs go. A checkpoint that lies there is gone on from.
        pretrain_epochs: Epochs for each layer before that, in models that have `pretrain`.
        epochs: At most that many.
        batch_size: Samples a step.
        patience: Epochs without improvement to bear.
        seed: Gives each epoch's order.
        schedule: "constant" or "cosine", the learning rate's course from the optimizer's own to 0 over `epochs`.
        warmup_steps: Steps of the first epoch over which the learning rate rises from almost 0.
        health: Whether to look for dead units, a collapsed posterior and the like after each epoch; of arrays alone.
        augment: From a batch of training samples and a seed, shape `(2,)`, to the batch to train on.
        monitor: The number that says when to stop and which epoch is the best; if None, all epochs are trained and the
            last one's weights stay.
        mode: "min" if it should be low, "max" if high.
        callbacks: More of Keras's; what they add to an epoch's logs is kept in the history.
        densify: Whether batches of a sparse table are dense.
        identity: What must be equal for a checkpoint to be this run's; may go into JSON.

    Returns:
        How it went.

    Raises:
        UsageError: If the checkpoint is another run's, or the loss stops being a number.
        OSError: If the checkpoint or the logs cannot be written.
    """
    if not callable(train):
        model.check_values("training data", train if isinstance(train, np.ndarray) else train.data)
    began = time.perf_counter()
    pretrains = pretrain_epochs > 0 and hasattr(model, "pretrain") and not unfinished(folder)
    if pretrains:
        model.pretrain(train, epochs=pretrain_epochs, batch_size=batch_size)
    pretraining = time.perf_counter() - began

    epoch = tf.Variable(0, dtype=tf.int64, trainable=False)
    batches = train(epoch) if callable(train) else _batches(train, batch_size, seed, epoch, augment, densify)
    model.steps_per_execution = min(STEPS_PER_EXECUTION, len(batches))
    model.optimizer.build(model.trainable_variables)

    stopping = keras.callbacks.EarlyStopping(
        monitor or "loss", mode=mode, patience=patience if monitor else epochs, restore_best_weights=bool(monitor)
    )
    checkpoint = Checkpoint(folder / CHECKPOINT, stopping, identity, epoch)
    progress = checkpoint.progress
    progress.monitor, progress.mode = monitor, mode
    if pretrains:
        progress.pretraining = pretraining
        stopping.on_train_begin()  # makes the memory that is saved
        checkpoint.set_model(model)
        checkpoint.save()
    if progress.stopped or progress.epoch >= epochs:  # nothing is left to train, and Keras's fit wants an epoch
        for callback in (checkpoint, stopping):
            callback.set_model(model)
        checkpoint.restore()
        stopping.on_train_end()
        model.optimizer.finalize_variable_values(model.trainable_variables)  # as at the end of Keras's fit
        return progress

    if isinstance(validation, np.ndarray):
        validation = tf.data.Dataset.from_tensor_slices(validation).batch(1000).cache()
    # Those that measure come first, so that the others find their numbers in their logs.
    used = [*callbacks, keras.callbacks.TensorBoard(folder / "logs", write_graph=False), stopping, checkpoint]
    if health and not callable(train):
        used.insert(0, Health(train, tell=lambda sentence: print(f"\nHealth: {sentence}")))
    if warmup_steps:
        used.insert(0, WarmUp(warmup_steps))
    if schedule == "cosine":
        cosine = keras.optimizers.schedules.CosineDecay(float(model.optimizer.learning_rate), epochs)
        used.append(keras.callbacks.LearningRateScheduler(lambda epoch, _: float(cosine(epoch))))
    with _answers(progress, epochs, folder), between_steps() as interrupt:
        model.fit(
            batches,
            validation_data=validation,
            initial_epoch=progress.epoch,
            epochs=epochs,
            callbacks=[*used, interrupt],
            shuffle=False,  # the batches come shuffled
        )
    return progress


@contextmanager
def _answers(progress: Progress, epochs: int, folder: Path) -> Iterator[None]:
    """Says after Ctrl-C where the training stands, and of a log that cannot be written what the system said."""
    try:
        yield
    except KeyboardInterrupt:
        done = f"the {progress.epoch} before it are kept in {folder}" if progress.epoch else "nothing is kept yet"
        raise KeyboardInterrupt(f"Stopped in epoch {progress.epoch + 1} of {epochs}; {done}.") from None
    except tf.errors.OpError as error:
        if str(folder) not in error.message:
            raise
        # TensorBoard's writer wraps what the system said of its file.
        raise OSError(error.message.splitlines()[0].rpartition("}} ")[2]) from error


class WarmUp(keras.callbacks.Callback):
    """Raises the learning rate in a straight line over the first steps of the first epoch.

    Adam's first steps have their full length in every weight at once; deep networks do not survive that at a high rate.
    """

    def __init__(self, steps: int) -> None:
        super().__init__()
        self.steps = steps
        self.full = 0.0

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Is at work in the first epoch only."""
        self.active = epoch == 0

    def on_train_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        """Sets the rate for the steps up to the next return to Python."""
        if self.active:
            rate = self.model.optimizer.learning_rate
            self.full = float(rate) if batch == 0 else self.full
            rate.assign(self.full * min(1.0, (batch + 1) / self.steps))

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Leaves the full rate behind, before the checkpoint is written."""
        if self.active:
            self.model.optimizer.learning_rate.assign(self.full)


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
        """Tells the input pipeline which epoch's order comes next."""
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
        for i, variable in enumerate(self._variables()):
            variable.assign(self.arrays[f"variable{i}"])
        best = sum(name.startswith("best") for name in self.arrays)
        self.stopping.best_weights = [self.arrays[f"best{i}"] for i in range(best)]
        for key, value in self._memory.items():
            setattr(self.stopping, key, value)

    def _variables(self) -> list[Any]:
        return [*self.model.variables, *self.model.optimizer.variables]

    def _read(self) -> None:
        with np.load(self.file) as archive:
            self.arrays = {name: archive[name] for name in archive.files}
        notes = json.loads(str(self.arrays.pop("notes")))
        before = notes["identity"]
        other = [key for key in {**before, **self.identity} if before.get(key) != self.identity.get(key)]
        if other:
            was = ", ".join(f"{key}={before.get(key)}" for key in other)
            raise UsageError(
                f"The unfinished run in {self.file.parent} had {was}: resume with the same options, or delete it to "
                "start afresh."
            )
        self.progress = Progress(**notes["progress"])
        self._memory = notes["stopping"]


def unfinished(folder: Path) -> bool:
    """Says whether a run that was stopped lies there, or in a folder inside, one for each model of the run."""
    return bool(_checkpoints(folder))


def finish(folder: Path) -> None:
    """Removes the checkpoints once their run's results are safe; TensorBoard's logs stay."""
    for file in _checkpoints(folder):
        remove(file)


def _checkpoints(folder: Path) -> list[Path]:
    return [file for pattern in (CHECKPOINT, f"[!.]*/{CHECKPOINT}") for file in folder.glob(pattern)]


def _batches(
    x: np.ndarray | sparse.csr_array,
    batch_size: int,
    seed: int,
    epoch: tf.Variable,
    augment: Callable[[tf.Tensor, tf.Tensor], tf.Tensor] | None = None,
    densify: bool = True,
) -> tf.data.Dataset:
    """Gathers rows of one constant by shuffled index: cheaper than shuffling rows, and known from (seed, epoch)."""
    gather = gatherer(x, sparse=not densify)
    count = x.shape[0]
    steps = -(-count // batch_size)

    def one_epoch(_: tf.Tensor) -> tf.data.Dataset:
        order = tf.random.experimental.stateless_shuffle(tf.range(count), seed=[tf.constant(seed, tf.int64), epoch])

        def batch(step: tf.Tensor) -> tf.Tensor:
            batch = gather(order[step * batch_size : (step + 1) * batch_size])
            return augment(batch, tf.stack([seed * steps + step, epoch])) if augment else batch

        return tf.data.Dataset.range(steps).map(batch)

    batches = tf.data.Dataset.range(1).flat_map(one_epoch)
    return batches.apply(tf.data.experimental.assert_cardinality(steps)).prefetch(2)


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, int) else float(value)
