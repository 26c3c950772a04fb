"""LiteRT, once called TensorFlow Lite: one file with all signatures by name; needs `pip install .[litert]`."""

import contextlib
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from zoo import converting
from zoo.autoencoder import Autoencoder
from zoo.checks import said
from zoo.converting import Signature

NAME = "litert"
FILE = "model.tflite"
VERSIONS = {name: version(name) for name in ("ai-edge-litert", "tensorflow")}


def write(model: Autoencoder, target: Path, examples: np.ndarray | None = None) -> None:
    """Writes the signatures that compute in LiteRT what they do in the model, and lists the others.

    Args:
        model: The model.
        target: The folder to make.
        examples: Inputs to check with, shape `(n, *input_shape)`; drawn if not given.
    """
    variables = [variable.value for variable in model.variables]
    converting.write(
        model,
        target,
        examples,
        runtime="litert",
        convert=lambda signatures, folder: convert(signatures, variables, folder),
        file_of=lambda _: FILE,
        versions=VERSIONS,
        lists=False,
    )


def convert(signatures: Mapping[str, Signature], variables: list[Any], folder: Path) -> dict[str, str]:
    """Makes a folder's file hold these signatures; returns why not, by the names of those that cannot be in it."""
    (folder / FILE).unlink(missing_ok=True)
    if not signatures:
        return {}
    try:
        content = _converted(signatures, variables)
    except Exception as error:  # converters raise anything
        alone = {name: _reason({name: each}, variables) for name, each in signatures.items()}
        together = f"it cannot be converted with others ({said(error)})"
        return {name: reason for name, reason in alone.items() if reason} or dict.fromkeys(signatures, together)
    (folder / FILE).write_bytes(content)
    return {}


def _reason(signatures: Mapping[str, Signature], variables: list[Any]) -> str | None:
    """Says why signatures cannot be converted, if they cannot."""
    try:
        _converted(signatures, variables)
    except Exception as error:
        return f"it cannot be converted ({_told(error)})"
    return None


def _told(error: Exception) -> str:
    """Returns what the converter says of an operation, without where in the graph; of other errors their first line."""
    found = re.search(r"'tf\.\w+' op.*", str(error))
    return found[0].rstrip(".") if found else said(error)


def _converted(signatures: Mapping[str, Signature], variables: list[Any]) -> bytes:
    """Converts signatures; by way of a SavedModel, the one form in which the converter takes several by their names."""
    module = tf.Module()
    module.variables_of_model = variables
    functions = {name: each.function.get_concrete_function() for name, each in signatures.items()}  # not made again
    with tempfile.TemporaryDirectory() as folder, _quietly():
        tf.saved_model.save(module, folder, signatures=functions)
        return tf.lite.TFLiteConverter.from_saved_model(folder, signature_keys=list(functions)).convert()


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """Keeps what the converter writes to the descriptor of standard error to itself."""
    real = os.dup(2)
    try:
        with Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(real, 2)
        os.close(real)
