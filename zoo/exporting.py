"""Writes a model in the formats found under `zoo/formats/`, and loads it again."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf

from zoo import (
    checks,
    checksums,
    families,
    formats,
    former,
    golden,
    kinds,
    layers,
    losses,
    models,
    optimizers,
    wrappers,
)
from zoo.autoencoder import Autoencoder
from zoo.files import remove, replacing
from zoo.formats import keras, saved_model

READERS = (saved_model, keras)


def export(
    model: Autoencoder,
    folder: Path,
    names: Sequence[str],
    examples: np.ndarray | None,
) -> Path:
    """Does what `zoo.export` says."""
    known = [m.name for m in pkgutil.iter_modules(formats.__path__) if not m.name.startswith("_")]
    for name in names:
        checks.choice("formats", name, known)
    try:
        for name in names:
            writer = importlib.import_module(f"{formats.__name__}.{name}")
            with replacing(folder / writer.NAME) as target:
                writer.write(model, target)
                remove(folder / checksums.NAME)  # from here on they are others'
        if examples is not None:
            with replacing(folder / golden.NAME) as target:
                golden.write(model, target, examples)
                remove(folder / checksums.NAME)
        checksums.write(folder)
    except tf.errors.OpError as error:  # TensorFlow's own writers wrap what the system said
        raise OSError(f"{folder}: {error.message}") from error
    return folder


def load(folder: Path) -> Autoencoder:
    """Does what `zoo.load` says."""
    # Importing registers what they hold.
    for package in (families, kinds, layers, losses, models, optimizers, wrappers):
        for module in pkgutil.iter_modules(package.__path__):
            importlib.import_module(f"{package.__name__}.{module.name}")
    checksums.check(folder)
    read = _reader(folder)
    try:
        model = read()
    except checks.UsageError:
        raise
    except Exception as error:  # damaged files make Keras and TensorFlow raise anything
        raise checks.UsageError(
            f"{folder} cannot be loaded ({checks.said(error):.300}): fetch or export it again."
        ) from error
    if not isinstance(model, Autoencoder):
        raise checks.UsageError(f"{folder} holds no autoencoder. Received: {type(model).__name__}.")
    return model


def _reader(folder: Path) -> Callable[[], Autoencoder]:
    """Returns what loads the export in a folder."""
    for reader in READERS:
        if reader.readable(folder / reader.NAME):
            return lambda: reader.read(folder / reader.NAME)
    if former.readable(folder):
        return lambda: former.read(folder)
    raise checks.UsageError(
        f"{folder} is no export: zoo.load needs the saved_model or the model.keras that zoo.export writes."
    )
