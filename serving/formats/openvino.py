"""An export's ONNX files, run by OpenVINO: in float32, where processors would offer less."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from serving import listed
from serving.signatures import Loaded

FOLDER = "onnx"


def load(folder: Path, *, trusted: bool = False) -> Loaded:
    """Loads a folder of ONNX files, one a signature.

    Args:
        folder: The folder, `onnx/` of an export.
        trusted: Not used: ONNX files compute, and reach nothing.

    Raises:
        Refused: If it does not say what is there.
    """
    return listed.of_files(folder, _opened)


def _opened(file: Path) -> listed.Run:
    import openvino

    model = openvino.Core().compile_model(str(file), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    known = {name for port in model.inputs for name in port.names}  # what makes no difference is not there

    def run(inputs: Mapping[str, Any], tensors: list[str]) -> list[Any]:
        found = model({name: value for name, value in inputs.items() if name in known})
        return [found[tensor] for tensor in tensors]

    return run
