"""An export's LiteRT file, run by ai-edge-litert: neither TensorFlow nor Keras is needed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from serving import listed
from serving.refusing import guarded
from serving.signatures import Loaded, Signature

if TYPE_CHECKING:
    import numpy as np

FOLDER = "litert"


def load(folder: Path, *, trusted: bool = False) -> Loaded:
    """Loads a LiteRT file, which has all signatures.

    Args:
        folder: The folder, `litert/` of an export.
        trusted: Not used: a LiteRT file computes, and reaches nothing.

    Raises:
        Refused: If something is not there or is damaged.
    """
    found = listed.read(folder)
    files = {record["file"] for record in found["signatures"].values()}
    interpreters = {name: _interpreter(folder / name) for name in files}
    signatures = {
        name: _signature(interpreters[record["file"]], name, record) for name, record in found["signatures"].items()
    }
    tolerances = listed.tolerances(found)
    return Loaded(signatures, found["refused"], listed.left_out(found), interpreters, tolerances)


def _interpreter(file: Path) -> Any:
    from ai_edge_litert.interpreter import Interpreter

    with guarded(file, "cannot be loaded", "fetch or export it again"):
        return Interpreter(str(file), num_threads=len(os.sched_getaffinity(0)))


def _signature(interpreter: Any, name: str, record: dict[str, Any]) -> Signature:
    """Returns one signature; by its names, since a file keeps no order of outputs."""
    tensors = {spec["name"]: spec["tensor"] for spec in record["outputs"]}
    runner = interpreter.get_signature_runner(name)

    def call(inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        found = runner(**inputs)
        return {name: found[tensor] for name, tensor in tensors.items()}

    return Signature(call, listed.specs(record["inputs"]), tuple(tensors))
