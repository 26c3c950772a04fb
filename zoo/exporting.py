"""Writes a model in the formats found under `zoo/formats/`, and loads it again."""

from __future__ import annotations

import contextlib
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

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
    precision,
    surroundings,
    wrappers,
)
from zoo.autoencoder import Autoencoder
from zoo.files import remove, replacing
from zoo.formats import keras, saved_model
from zoo.ops import budget

READERS = (saved_model, keras)


def export(
    model: Autoencoder,
    folder: Path,
    names: Sequence[str],
    examples: np.ndarray | None,
    calibration: np.ndarray | None,
) -> Path:
    """Does what `zoo.export` says."""
    writers = [writer(name) for name in names]
    exact, is_new = precision.in_float32(model), not folder.exists()
    checked_by = golden.samples(exact, folder / golden.NAME) if examples is None else examples
    given = {"examples": checked_by, "calibration": calibration}
    try:
        with contextlib.ExitStack() as whole:  # all is written aside before anything takes its place
            for each in writers:
                each.write(exact, whole.enter_context(replacing(folder / each.NAME)), **taken(each, given))
            if examples is not None:
                golden.write(exact, whole.enter_context(replacing(folder / golden.NAME)), examples)
            remove(folder / checksums.NAME)  # from here on they are others'
        checksums.write(folder)
    except BaseException as error:
        if is_new:
            with contextlib.suppress(OSError):  # where anything lies in it, it stays
                folder.rmdir()
        if isinstance(error, tf.errors.OpError):  # TensorFlow's own writers wrap what the system said
            raise OSError(f"{folder}: {error.message}") from error
        raise
    return folder


def taken(writer: ModuleType, given: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what a format takes of what is given: it knows of nothing that it has no use for."""
    takes = inspect.signature(writer.write).parameters
    return {name: value for name, value in given.items() if name in takes}


def writer(name: str) -> Any:
    """Returns the module that writes a format.

    Raises:
        UsageError: If there is no such format, or a package that it needs is not installed.
    """
    checks.choice("formats", name, [m.name for m in pkgutil.iter_modules(formats.__path__)])
    try:
        return importlib.import_module(f"{formats.__name__}.{name}")
    except ImportError as error:
        raise checks.UsageError(
            f"The format {name!r} needs the package {error.name}, which is not installed: write "
            f"pip install 'autoencoder-zoo[{name}]'."
        ) from None


def load(folder: Path) -> Autoencoder:
    """Does what `zoo.load` says."""
    # Importing registers what they hold.
    for package in (families, kinds, layers, losses, models, optimizers, wrappers):
        for module in pkgutil.iter_modules(package.__path__):
            importlib.import_module(f"{package.__name__}.{module.name}")
    checksums.check(folder)
    read = _reader(folder)
    try:
        with precision.policy(precision.EXACT), budget.of_weights("Load it where there is more memory."):
            surroundings.check()
            model = read()
    except checks.UsageError as error:
        raise error if str(folder) in str(error) else checks.UsageError(f"{folder}: {error}") from None
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
