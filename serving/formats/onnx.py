"""An export's ONNX files, run by onnxruntime: neither TensorFlow nor Keras is needed."""

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
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])

    def run(inputs: Mapping[str, Any], tensors: list[str]) -> list[Any]:
        return session.run(tensors, dict(inputs))

    return run
