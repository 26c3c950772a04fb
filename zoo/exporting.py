"""Writes a model in the formats found under `zoo/formats/`, and loads it again."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from zoo import checks, families, formats, golden, kinds, layers, losses, models, optimizers, wrappers
from zoo.autoencoder import Autoencoder
from zoo.files import replacing


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
        if examples is not None:
            with replacing(folder / golden.NAME) as target:
                golden.write(model, target, examples)
    except tf.errors.OpError as error:  # TensorFlow's own writers wrap what the system said
        raise OSError(f"{folder}: {error.message}") from error
    return folder


def load(folder: Path) -> Autoencoder:
    """Does what `zoo.load` says."""
    file = folder / "model.keras"
    if not file.is_file():
        raise checks.UsageError(
            f"{file} is not there. zoo.load needs the model.keras of an export; "
            f"a SavedModel alone loads with tf.saved_model.load({str(folder / 'saved_model')!r})."
        )
    # Importing registers what they hold.
    for package in (families, kinds, layers, losses, models, optimizers, wrappers):
        for module in pkgutil.iter_modules(package.__path__):
            importlib.import_module(f"{package.__name__}.{module.name}")
    return keras.saving.load_model(file)
