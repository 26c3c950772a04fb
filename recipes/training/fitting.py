"""Trains a model: fast input, early stopping, TensorBoard, and a checkpoint from which a killed run goes on exactly.

A resumed run ends with the same bits because all that moves is in the checkpoint (weights, seed generators, the
optimizer, early stopping's memory, the history), and each epoch's order depends on nothing but (seed, epoch).
"""

import functools
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import keras
import numpy as np
import tensorflow as tf
from scipy import sparse

from recipes.training.batches import batches_of
from recipes.training.checkpoint import Checkpoint
from recipes.training.interrupt import between_steps
from recipes.training.pretraining import Pretraining
from recipes.training.progress import Progress
from recipes.training.store import CHECKPOINT, Store
from recipes.training.streaming import Streamed
from recipes.training.warm_up import WarmUp, rate_of
from zoo import UsageError, replicating
from zoo.autoencoder import Autoencoder
from zoo.health import Health

# Steps between two returns to Python: enough that the returns cost nothing, few enough that Ctrl-C answers at once.
STEPS_PER_EXECUTION = 20
VALIDATION_BATCH = 1000
Train: TypeAlias = np.ndarray | sparse.csr_array | Streamed | Callable[[tf.Variable], tf.data.Dataset]
Augment = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]


def fit(
    model: Autoencoder,
    train: Train,
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
    augment: Augment | None = None,
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
            epoch's batches, known from the epoch that comes next, an int64 scalar. Or samples that are read meanwhile.
        validation: Validation samples, likewise, or batches of samples and targets.
        folder: Where the checkpoint and TensorBoard's logs go. A checkpoint that lies there is gone on from.
        pretrain_epochs: Epochs for each layer before that, in models that have `pretrain`.
        epochs: At most that many.
        batch_size: Samples a step.
        patience: Epochs without improvement to bear.
        seed: Gives each epoch's order.
        schedule: "constant" or "cosine", the learning rate's course from the optimizer's own to 0 over `epochs`.
        warmup_steps: Steps of the first epoch over which the learning rate rises from almost 0.
        health: Whether to look for dead units, a collapsed posterior and the like after each epoch; of arrays, or of
            what is held of samples that are read.
        augment: From a batch of training samples and a seed, shape `(2,)`, to the batch to train on.
        monitor: The number that says when to stop and which epoch is the best; if None, all epochs are trained and the
            last one's weights stay.
        mode: "min" if it should be low, "max" if high.
        callbacks: More of Keras's; what they add to an epoch's logs is kept in the history.
        densify: Whether batches of a sparse table are dense.
        identity: What must be equal for a checkpoint to be this run's, besides the samples; may go into JSON.

    Returns:
        How it went.

    Raises:
        UsageError: If the checkpoint is another run's, or the loss stops being a number.
        OSError: If the checkpoint or the logs cannot be written.
    """
    pretrains = pretrain_epochs > 0 and hasattr(model, "pretrain")
    held = _held(model, train, pretrains)
    _share(folder / CHECKPOINT, model)
    store = Store(folder / CHECKPOINT, {**identity, **({} if held is None else {"samples": _sum(train)})})
    epoch = tf.Variable(0, dtype=tf.int64, trainable=False)
    batches = _batches(model, train, batch_size, seed, epoch, augment, densify)
    model.steps_per_execution = min(STEPS_PER_EXECUTION, len(batches))
    seconds = 0.0
    with model.distribute_strategy.scope():
        if pretrains and "progress" not in store.notes:
            seconds = _pretrain(model, train, store, pretrain_epochs, batch_size)
        model.optimizer.build(model.trainable_variables)

    stopping = keras.callbacks.EarlyStopping(
        monitor or "loss", mode=mode, patience=patience if monitor else epochs, restore_best_weights=bool(monitor)
    )
    checkpoint = Checkpoint(store, stopping, epoch)
    progress = checkpoint.progress
    progress.monitor, progress.mode = monitor, mode
    if seconds:
        checkpoint.save_pretrained(model, seconds)
    if progress.stopped or progress.epoch >= epochs:  # nothing is left to train, and Keras's fit wants an epoch
        checkpoint.end(model)
        return progress

    # Those that measure come first, so that the others find their numbers in their logs.
    used = [*callbacks, keras.callbacks.TensorBoard(folder / "logs", write_graph=False), stopping, checkpoint]
    if health and held is not None:
        used.insert(0, Health(held, tell=lambda sentence: print(f"\nHealth: {sentence}")))
    with _answers(train, progress, epochs, folder), between_steps() as interrupt:
        model.fit(
            batches,
            validation_data=validation,
            validation_batch_size=VALIDATION_BATCH if isinstance(validation, np.ndarray) else None,
            initial_epoch=progress.epoch,
            epochs=epochs,
            callbacks=[*_warm_up(warmup_steps), *used, *_course(model, schedule, epochs), interrupt],
            shuffle=False,  # the batches come shuffled
        )
    return progress


def _held(model: Autoencoder, train: Train, pretrains: bool) -> Any:
    """Returns the training samples that are in memory, once they are checked and the model is adapted; None if none.

    Raises:
        UsageError: If they are none that the model takes, or it needs them in memory and they are on disk.
    """
    held: Any = None if callable(train) else train.held if isinstance(train, Streamed) else train
    if held is not None:
        model.check_values("training data", held if isinstance(held, np.ndarray) else held.data)
    if isinstance(train, Streamed):
        if pretrains:
            raise UsageError(
                f"--model {model.name} trains its layers one by one on data in memory, and these are read from disk: "
                "say --pretrain-epochs 0, or choose another --model."
            )
        model.adapt_once(held)
    return held


def _batches(
    model: Autoencoder,
    train: Train,
    batch_size: int,
    seed: int,
    epoch: tf.Variable,
    augment: Augment | None,
    densify: bool,
) -> Any:
    """Returns an epoch of batches, in the order of the epoch that the variable holds."""
    if isinstance(train, Streamed):
        return train.batches(batch_size, seed, epoch, augment, model.distribute_strategy)
    return train(epoch) if callable(train) else batches_of(train, batch_size, seed, epoch, augment, densify)


def _warm_up(steps: int) -> list[keras.callbacks.Callback]:
    """Returns what raises the learning rate over the first steps, if it is to be."""
    return [WarmUp(steps)] if steps else []


def _course(model: Autoencoder, schedule: str, epochs: int) -> list[keras.callbacks.Callback]:
    """Returns what sets the learning rate of each epoch, unless it is constant."""
    if schedule != "cosine":
        return []
    cosine = keras.optimizers.schedules.CosineDecay(rate_of(model), epochs)
    return [keras.callbacks.LearningRateScheduler(lambda epoch, _: float(cosine(epoch)))]


def _share(file: Path, model: Autoencoder) -> None:
    """Gives the chief's checkpoint to the other workers, if there are such: all go on from the same epoch."""
    content = file.read_bytes() if file.exists() else b""
    chiefs = replicating.from_chief(model.distribute_strategy, content)
    if chiefs != content:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(chiefs)


def _sum(x: Any) -> str:
    """Returns a checksum of samples: a run does not go on with others."""
    if isinstance(x, Streamed):
        return x.checksum
    parts = [x] if isinstance(x, np.ndarray) else [x.data, x.indices, x.indptr]
    return f"{functools.reduce(lambda found, part: zlib.crc32(np.ascontiguousarray(part).data, found), parts, 0):08x}"


def _pretrain(model: Any, x: Any, store: Store, epochs: int, batch_size: int) -> float:
    """Trains one layer after the other, or goes on with that; returns the seconds."""
    keeper = Pretraining(store, model, epochs)
    before, began = keeper.seconds, time.perf_counter()
    model.pretrain(x, epochs=epochs, batch_size=batch_size, keeper=keeper)
    return before + time.perf_counter() - began


@contextmanager
def _answers(train: Any, progress: Progress, epochs: int, folder: Path) -> Iterator[None]:
    """Says after Ctrl-C where the training stands, and in a sentence what is wrong with a file that cannot be used."""
    try:
        yield
    except KeyboardInterrupt as interrupt:
        raise type(interrupt)(f"Stopped in epoch {progress.epoch + 1} of {epochs}") from None
    except tf.errors.OpError as error:
        if isinstance(train, Streamed) and train.fault:  # which has ended the epoch too early for TensorFlow
            raise train.fault from None
        if str(folder) not in error.message:
            raise
        # TensorBoard's writer wraps what the system said of its file.
        raise OSError(error.message.splitlines()[0].rpartition("}} ")[2]) from error
