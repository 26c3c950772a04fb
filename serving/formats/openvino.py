"""An export's ONNX files, run by OpenVINO: in float32, where processors would offer less."""

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
    """Returns one signature, whose file is compiled when it is first called."""
    file = folder / record["file"]
    tensors = {spec["name"]: spec["tensor"] for spec in record["outputs"]}

    @functools.cache
    def compiled() -> Any:
        import openvino

        with guarded(file, "cannot be loaded", "fetch or export it again"):
            return openvino.Core().compile_model(str(file), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})

    def call(inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        model = compiled()
        known = {name for port in model.inputs for name in port.names}  # what makes no difference is not there
        found = model({name: value for name, value in inputs.items() if name in known})
        return {name: found[tensor] for name, tensor in tensors.items()}

    return Signature(call, _listed.specs(record["inputs"]), tuple(tensors))
