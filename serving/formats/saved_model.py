"""An export's SavedModel, run by TensorFlow alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from serving.loading import load as load_model
from serving.signatures import Loaded, Signature, Spec

if TYPE_CHECKING:
    import numpy as np

FOLDER = "saved_model"


def load(folder: Path, *, trusted: bool = False) -> Loaded:
    """Loads a SavedModel.

    Args:
        folder: The folder, `saved_model/` of an export.
        trusted: Whether its graph may reach files, the network and other programs.

    Raises:
        Refused: If it is not there, is damaged, or might reach them.
    """
    loaded = load_model(folder.parent, trusted=trusted)
    return Loaded({name: _signature(call) for name, call in loaded.signatures.items()}, owner=loaded)


def _signature(function: Any) -> Signature:
    def call(inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        import tensorflow as tf

        found = function(**{name: tf.constant(value) for name, value in inputs.items()})
        return {name: value.numpy() for name, value in found.items()}

    specs = function.structured_input_signature[1]
    inputs = {name: Spec(spec.dtype.name, tuple(spec.shape)) for name, spec in sorted(specs.items())}
    return Signature(call, inputs, tuple(function.structured_outputs))
