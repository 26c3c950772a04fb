"""A few inputs and the outputs that they must give: how a copy of an export is checked, anywhere."""

from pathlib import Path

import numpy as np
import tensorflow as tf

from zoo.autoencoder import Autoencoder

NAME = "golden.npz"


def write(model: Autoencoder, target: Path, pixel_max: float, examples: np.ndarray) -> None:
    """Writes, for each signature, arrays named `signature/in/name` and `signature/out/name`.

    The outputs come from the model in memory, so that checking an export against them checks the export.

    Args:
        model: The model.
        target: The file to make.
        pixel_max: The largest value of a raw pixel.
        examples: Raw inputs, shape `(n, *input_shape)`.
    """
    endpoints = model.endpoints(pixel_max)
    x = tf.constant(examples, tf.float32)
    values = {"x": x, "code": endpoints["encode"].call(x)["code"]}
    arrays = {}
    for name, endpoint in endpoints.items():
        inputs = [values[spec.name] for spec in endpoint.inputs]
        for spec, value in zip(endpoint.inputs, inputs, strict=True):
            arrays[f"{name}/in/{spec.name}"] = value.numpy()
        for key, value in endpoint.call(*inputs).items():
            arrays[f"{name}/out/{key}"] = value.numpy()
    np.savez_compressed(target, **arrays)
