"""A LiteRT file of several signatures, for the formats that are made of one."""

import contextlib
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import tensorflow as tf

from zoo.checks import said
from zoo.converting import Signature

FILE = "model.tflite"
VERSIONS = {name: version(name) for name in ("ai-edge-litert", "tensorflow")}


def convert(
    signatures: Mapping[str, Signature], folder: Path, variables: list[Any], *, is_rounded: bool = False
) -> dict[str, str]:
    """Makes a folder's file hold these signatures; returns why not, by the names of those that cannot be in it.

    Args:
        signatures: What is converted.
        folder: Where to.
        variables: The model's, as TensorFlow has them.
        is_rounded: Whether weights are to have 8 bits.
    """
    (folder / FILE).unlink(missing_ok=True)
    if not signatures:
        return {}
    try:
        content = _converted(signatures, variables, is_rounded)
    except Exception as error:  # converters raise anything
        alone = {name: _reason({name: each}, variables, is_rounded) for name, each in signatures.items()}
        together = f"it cannot be converted with others ({said(error)})"
        return {name: reason for name, reason in alone.items() if reason} or dict.fromkeys(signatures, together)
    (folder / FILE).write_bytes(content)
    return {}


def _reason(signatures: Mapping[str, Signature], variables: list[Any], is_rounded: bool) -> str | None:
    """Says why signatures cannot be converted, if they cannot."""
    try:
        _converted(signatures, variables, is_rounded)
    except Exception as error:
        return f"it cannot be converted ({_told(error)})"
    return None


def _told(error: Exception) -> str:
    """Returns what the converter says of an operation, without where in the graph; of other errors their first line."""
    found = re.search(r"'tf\.\w+' op.*", str(error))
    return found[0].rstrip(".") if found else said(error)


def _converted(signatures: Mapping[str, Signature], variables: list[Any], is_rounded: bool) -> bytes:
    """Converts signatures; by way of a SavedModel, the one form in which the converter takes several by their names."""
    module = tf.Module()
    module.variables_of_model = variables
    functions = {name: each.function.get_concrete_function() for name, each in signatures.items()}  # not made again
    with tempfile.TemporaryDirectory() as folder, _quietly():
        tf.saved_model.save(module, folder, signatures=functions)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder, signature_keys=list(functions))
        converter.optimizations = [tf.lite.Optimize.DEFAULT] if is_rounded else []
        return converter.convert()


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
