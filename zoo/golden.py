"""A few inputs and the outputs that they must give: how a copy of an export is checked, anywhere."""

from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from zoo.autoencoder import Autoencoder, Endpoint

NAME = "golden.npz"


def write(model: Autoencoder, target: Path, examples: np.ndarray) -> None:
    """Writes, for each signature, arrays named `signature/in/name` and `signature/out/name`.

    The outputs come from the model in memory, so that checking an export against them checks the export.

    Args:
        model: The model.
        target: The file to make.
        examples: Inputs, shape `(n, *input_shape)`.
    """
    endpoints = model.endpoints()
    x = tf.constant(examples, tf.float32)
    values = {"x": x, "image": x}
    values["code"] = endpoints["encode"].call(*_inputs(endpoints["encode"], values))["code"]
    arrays = {}
    for name, endpoint in endpoints.items():
        inputs = _inputs(endpoint, values)
        for spec, value in zip(endpoint.inputs, inputs, strict=True):
            arrays[f"{name}/in/{spec.name}"] = value.numpy()
        for key, value in endpoint.call(*inputs).items():
            # Texts without Python's objects, which NumPy would pickle.
            arrays[f"{name}/out/{key}"] = value.numpy().astype("S") if value.dtype == tf.string else value.numpy()
    np.savez_compressed(target, **arrays)


def _inputs(endpoint: Endpoint, values: dict[str, tf.Tensor]) -> list[tf.Tensor]:
    """Returns an endpoint's inputs in order: from `values`, or its own examples."""
    known = {**values, **endpoint.examples}
    return [_as(known[spec.name], spec.dtype) for spec in endpoint.inputs]


def _as(value: Any, dtype: tf.DType) -> tf.Tensor:
    """Returns the value in that type; pictures in bytes go from 0 to 255."""
    if dtype == tf.uint8 and tf.is_tensor(value):
        return tf.cast(tf.round(value * 255), dtype)
    return tf.convert_to_tensor(value, dtype)
