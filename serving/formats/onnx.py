"""An export's ONNX files, run by onnxruntime: neither TensorFlow nor Keras is needed."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from serving.formats import _listed
from serving.refusing import guarded
from serving.signatures import Loaded, Signature

if TYPE_CHECKING:
    import numpy as np

FOLDER = "onnx"


def load(folder: Path, *, trusted: bool = False) -> Loaded:
    """Loads a folder of ONNX files, one a signature.

    Args:
        folder: The folder, `onnx/` of an export.
        trusted: Not used: ONNX files compute, and reach nothing.

    Raises:
        Refused: If it does not say what is there.
    """
    found = _listed.read(folder)
    signatures = {name: _signature(folder, record) for name, record in found["signatures"].items()}
    return Loaded(signatures, found["refused"], _listed.left_out(found))


def _signature(folder: Path, record: dict[str, Any]) -> Signature:
    """Returns one signature, whose file is loaded when it is first called."""
    file = folder / record["file"]
    tensors = {spec["name"]: spec["tensor"] for spec in record["outputs"]}

    @functools.cache
    def session() -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3  # errors
        with guarded(file, "cannot be loaded", "fetch or export it again"):
            return onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])

    def call(inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        return dict(zip(tensors, session().run(list(tensors.values()), dict(inputs)), strict=True))

    return Signature(call, _listed.specs(record["inputs"]), tuple(tensors))
