"""Arrays given to Keras's `fit` and `evaluate`: as `Epochs`, wherever these can do what was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from zoo.epochs import Epochs
from zoo.ops import memory

BATCH = 32  # Keras's own
# What Keras calls at each step; a callback that has one of these is to find each step done, and none more.
HOOKS = {
    "train": ("on_batch_begin", "on_batch_end", "on_train_batch_begin", "on_train_batch_end"),
    "test": ("on_test_batch_begin", "on_test_batch_end"),
}
PATIENT = (keras.callbacks.ProgbarLogger, keras.callbacks.History)
Arguments = dict[str, Any]
Data = tuple[Any, ...]  # samples, targets, weights; None where there are none


class Numbered(keras.callbacks.Callback):
    """Says which epoch comes next."""

    def __init__(self, epochs: Epochs) -> None:
        super().__init__()
        self.epochs = epochs

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Notes the epoch's number."""
        self.epochs.epoch.assign(epoch)


def of_training(model: keras.Model, x: Any, y: Any, given: Mapping[str, Any]) -> tuple[Any, Any, Arguments]:
    """Returns what Keras's `fit` is to be given: `Epochs` in the place of arrays; everything else stays as it is.

    Args:
        model: The model.
        x: Samples; or an `Epochs` already.
        y: Targets, or None.
        given: The other arguments of `fit`.
    """
    options = dict(given)
    shuffle = options.get("shuffle", True)
    usual = options.get("class_weight") is None and isinstance(shuffle, (bool, np.bool_))
    if not isinstance(x, Epochs) and usual and _plain(model, (x, y, options.get("sample_weight"))):
        (x, y, weight), options = _split((x, y, options.get("sample_weight")), options)
        steps = options.get("steps_per_epoch")
        size = options.get("batch_size") or (-(-len(x) // steps) if steps else BATCH)
        seed = int(tf.random.uniform((), maxval=2**31 - 1, dtype=tf.int32)) if shuffle else 0
        x, y = _epochs((x, y, weight), size, seed=seed, shuffle=bool(shuffle)), None
        options |= {"sample_weight": None, "shuffle": False}
    if options.get("validation_data") is not None and options.get("validation_steps") is None:
        options["validation_data"] = _held_out(model, options)
    if isinstance(x, Epochs):
        callbacks = options.get("callbacks")
        x.ahead = options.get("steps_per_epoch") is None and not _hooked(callbacks, "train")
        if isinstance(callbacks, keras.callbacks.CallbackList):
            callbacks.append(Numbered(x))
        else:
            options["callbacks"] = [*keras.tree.flatten(callbacks or []), Numbered(x)]
    return x, y, options


def _split(data: Data, options: Arguments) -> tuple[Data, Arguments]:
    """Keeps the last rows for validation, if that is asked for, as Keras does; if none are left, Keras says why not."""
    share = options.get("validation_split") or 0.0
    kept = int(len(data[0]) * (1.0 - share))
    if options.get("validation_data") is not None or not 0 < kept < len(data[0]):
        return data, options
    train, held_out = (
        tuple(None if values is None else values[part] for values in data) for part in (slice(kept), slice(kept, None))
    )
    return train, {**options, "validation_split": 0.0, "validation_data": held_out}


def of_evaluation(model: keras.Model, x: Any, y: Any, given: Mapping[str, Any]) -> tuple[Any, Any, Arguments]:
    """Returns what Keras's `evaluate` is to be given, likewise."""
    options = dict(given)
    data = (x, y, options.get("sample_weight"))
    if not _plain(model, data) or options.get("steps") is not None:
        return x, y, options
    ahead = not _hooked(options.get("callbacks"), "test")
    epochs = _epochs(data, options.get("batch_size") or BATCH, shuffle=False, ahead=ahead)
    return epochs, None, {**options, "sample_weight": None}


def _held_out(model: keras.Model, options: Arguments) -> Any:
    """Returns the validation data of `fit`, as `Epochs` if they are arrays."""
    given = options["validation_data"]
    x, y, weight = keras.utils.unpack_x_y_sample_weight(tuple(given) if isinstance(given, list) else given)
    if not _plain(model, (x, y, weight)):
        return given
    size = options.get("validation_batch_size") or options.get("batch_size") or BATCH
    return _epochs((x, y, weight), size, shuffle=False, ahead=not _hooked(options.get("callbacks"), "test"))


def _plain(model: keras.Model, data: Data) -> bool:
    """Says whether data are arrays of numbers, as many rows each, and the model trains in a graph, on one device."""
    arrays = [data[0], *(values for values in data[1:] if values is not None)]
    return (
        all(isinstance(values, (np.ndarray, tf.Tensor)) and len(values.shape) > 0 for values in arrays)
        and all(tf.as_dtype(values.dtype).is_floating or tf.as_dtype(values.dtype).is_integer for values in arrays)
        and len({len(values) for values in arrays}) == 1
        and len(arrays[0]) > 0
        and not model.run_eagerly
        and not tf.distribute.has_strategy()
        and model.distribute_strategy is tf.distribute.get_strategy()
    )


def _epochs(data: Data, batch_size: int, **options: Any) -> Epochs:
    tensors = tuple(memory.tensor(values) for values in data if values is not None)
    make = _weighed if data[1] is None and data[2] is not None else gathered
    return Epochs(make, len(data[0]), batch_size, tensors=tensors, **options)


def gathered(index: tf.Tensor, seed: tf.Tensor, *tensors: tf.Tensor) -> Any:
    """Makes a batch of rows: of samples, of targets and weights if there are such."""
    rows = tuple(tf.gather(values, index) for values in tensors)
    return rows if len(rows) > 1 else rows[0]


def _weighed(index: tf.Tensor, seed: tf.Tensor, *tensors: tf.Tensor) -> Any:
    """Makes a batch of samples and weights, without targets."""
    x, weight = gathered(index, seed, *tensors)
    return x, None, weight


def _hooked(callbacks: Any, phase: str) -> bool:
    """Says whether one of the callbacks wants to be called at each step."""
    listed = callbacks.callbacks if isinstance(callbacks, keras.callbacks.CallbackList) else callbacks or []
    return any(
        hook in vars(callback) or getattr(type(callback), hook) is not getattr(keras.callbacks.Callback, hook)
        for callback in keras.tree.flatten(listed)
        if type(callback) not in PATIENT
        for hook in HOOKS[phase]
    )
