"""What is given to Keras's `fit`, `evaluate` and `predict`, brought to where steps are taken fastest.

Arrays become `Epochs` wherever these can do what was asked for; all else goes through Keras's own adapters.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import tensorflow as tf
from scipy import sparse

from zoo import checks, replicating
from zoo.containers import holds_batches
from zoo.epochs import Epochs
from zoo.given import BATCH, Given, check_specs, checked, refuse_class_weight
from zoo.ops import keras_internals, memory
from zoo.streams import Sharded, Stream

if TYPE_CHECKING:
    from zoo.autoencoder import Autoencoder

SIZE = 32  # of a batch; Keras's own
# What Keras calls at each step; a callback that has one of these is to find each step done, and none more.
HOOKS = {
    "train": ("on_batch_begin", "on_batch_end", "on_train_batch_begin", "on_train_batch_end"),
    "test": ("on_test_batch_begin", "on_test_batch_end"),
}
PATIENT = (keras.callbacks.ProgbarLogger, keras.callbacks.History)
READY = (Epochs, Sharded, Stream)
Arguments = dict[str, Any]


class Numbered(keras.callbacks.Callback):
    """Says which epoch comes next."""

    def __init__(self, epochs: Epochs) -> None:
        super().__init__()
        self.epochs = epochs

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Notes the epoch's number."""
        self.epochs.epoch.assign(epoch)


def of_training(model: Autoencoder, x: Any, y: Any, given: Mapping[str, Any]) -> tuple[Any, Arguments]:
    """Returns what Keras's `fit` is to be given: one thing in the place of samples, targets and weights, and all else.

    Args:
        model: The model; adapts to arrays, if it has to.
        x: Samples; or an `Epochs` already.
        y: Targets, or None.
        given: The other arguments of `fit`.

    Raises:
        UsageError: If the model cannot take them.
    """
    refuse_class_weight(given.get("class_weight"))
    data = _taken(model, Given(x, y, given.get("sample_weight")))
    held_out, share = given.get("validation_data"), given.get("validation_split")
    if held_out is not None:
        held_out = _taken(model, Given.unpacked(held_out), "validation_data's ")
    elif share:
        checks.check(not holds_batches(x), "validation_split", "0 where samples come in batches", share)
        data, held_out = data.split(share)
    _adapt(model, data)

    options = {**given, "sample_weight": None, "shuffle": False, "validation_split": 0.0}
    callbacks, steps = options.get("callbacks"), options.get("steps_per_epoch")
    size = options.get("batch_size")
    found = _of_training(model, data, _size(data, size, steps), given.get("shuffle"))
    if held_out is not None:
        size, held_out_steps = options.get("validation_batch_size") or size, options.get("validation_steps")
        options["validation_data"] = _of_measuring(model, held_out, size, held_out_steps, callbacks)
    if isinstance(found, Epochs):
        found.ahead = steps is None and not _hooked(callbacks, "train")
        if isinstance(callbacks, keras.callbacks.CallbackList):
            callbacks.append(Numbered(found))
        else:
            options["callbacks"] = [*keras.tree.flatten(callbacks or []), Numbered(found)]
    return found, options


def of_evaluation(model: Autoencoder, x: Any, y: Any, given: Mapping[str, Any]) -> tuple[Any, Arguments]:
    """Returns what Keras's `evaluate` is to be given, likewise."""
    data = _taken(model, Given(x, y, given.get("sample_weight")))
    found = _of_measuring(model, data, given.get("batch_size"), given.get("steps"), given.get("callbacks"))
    return found, {**given, "sample_weight": None}


def of_prediction(model: Autoencoder, x: Any) -> Any:
    """Returns what Keras's `predict` is to be given, likewise."""
    if not holds_batches(x):
        return model.readable("x", x)
    return Stream(keras_internals.adapter(x), lambda *_: None, lambda x, *_: model.readable(f"{BATCH}x", x))


def _taken(model: Autoencoder, data: Given, whose: str = "") -> Given:
    """Returns arrays, after a look at them; what comes in batches is looked at when they come."""
    return data if holds_batches(data.x) else checked(model, data, whose)


def _adapt(model: Autoencoder, data: Given) -> None:
    """Lets the model take from all samples at once what it needs, if it has not; those that weigh nothing have none."""
    if not model.is_adapted:
        fits = not holds_batches(data.x)
        checks.check(fits, "x", "an array, or batches of rows that adapt has seen", type(data.x).__name__)
        target = data.x if data.y is None else data.y
        if data.weight is not None and data.weight.any():
            target = (target if sparse.issparse(target) else np.asarray(target))[np.flatnonzero(data.weight)]
        model.adapt_once(target)


def _of_training(model: Autoencoder, data: Given, size: int, shuffle: Any) -> Any:
    """Returns what gives batches to train on."""
    if isinstance(data.x, READY):
        return data.x
    if holds_batches(data.x):
        # Without having been asked, Keras shuffles what can be shuffled, and warns of the rest.
        shuffle = isinstance(data.x, keras.utils.PyDataset) if shuffle is None else shuffle
        return _stream(model, data, shuffle=shuffle)
    shuffle = True if shuffle is None else shuffle
    if not _in_graph(model, data) or not isinstance(shuffle, (bool, np.bool_)):
        return _stream(model, data, batch_size=size, shuffle=shuffle)
    seed = int(tf.random.uniform((), maxval=2**31 - 1, dtype=tf.int32)) if shuffle else 0
    seed = replicating.number_from_chief(model.distribute_strategy, seed)
    return _epochs(data, size, seed=seed, shuffle=bool(shuffle))


def _size(data: Given, size: int | None, steps: int | None) -> int:
    """Returns the rows of a batch: as asked for, or of so many steps, as Keras does it."""
    return size or (-(-data.x.shape[0] // steps) if steps and not holds_batches(data.x) else SIZE)


def _of_measuring(model: Autoencoder, data: Given, size: int | None, steps: int | None, callbacks: Any) -> Any:
    """Returns what gives batches to be measured on."""
    if isinstance(data.x, READY):
        return data.x
    if holds_batches(data.x):
        return _stream(model, data)
    size = _size(data, size, steps)
    if steps is not None or not _in_graph(model, data):
        return _stream(model, data, batch_size=size)
    return _epochs(data, size, shuffle=False, ahead=not _hooked(callbacks, "test"))


def _stream(model: Autoencoder, data: Given, **options: Any) -> Stream:
    """Returns batches as Keras makes them; arrays have been looked at as a whole."""
    if not holds_batches(data.x):
        weighed = data.y is None and data.weight is not None  # of which Keras would forget the weights
        parts = (data.x, data.weight) if weighed else data
        adapter = keras_internals.adapter(*parts, **options)
        return Stream(adapter, lambda *_: None, None, weighed, replicating.replicated(model))
    return Stream(
        keras_internals.adapter(*data, **options),
        lambda *specs: check_specs(model, *specs),
        lambda *parts: checked(model, Given(*parts), BATCH),
        shared=replicating.replicated(model),
    )


def _in_graph(model: Autoencoder, data: Given) -> bool:
    """Says whether batches can be made where steps are taken: of dense arrays, in a graph."""
    return not any(sparse.issparse(part) for part in data) and not model.run_eagerly


def _epochs(data: Given, batch_size: int, **options: Any) -> Epochs:
    tensors = tuple(memory.tensor(part) for part in data if part is not None)
    make = _weighed if data.y is None and data.weight is not None else gathered
    return Epochs(make, data.x.shape[0], batch_size, tensors=tensors, **options)


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
