"""A few inputs and the outputs that they must give: how a copy of an export is checked, anywhere."""

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from zoo import archives
from zoo.autoencoder import Autoencoder, Endpoint
from zoo.checks import check

NAME = "golden.npz"
SAMPLES = ("x", "image")  # what samples are called among a signature's inputs


def write(model: Autoencoder, target: Path, examples: np.ndarray) -> None:
    """Writes what `arrays` returns of a model's endpoints.

    Args:
        model: The model.
        target: The file to make.
        examples: Inputs, shape `(n, *input_shape)`.

    Raises:
        UsageError: If they have another shape.
    """
    np.savez_compressed(target, **arrays(model.endpoints(), examples))


def arrays(endpoints: Mapping[str, Endpoint], examples: np.ndarray) -> dict[str, Any]:
    """Returns, for each signature, arrays named `signature/in/name` and `signature/out/name`.

    The outputs come from the model in memory, so that checking an export against them checks the export.

    Args:
        endpoints: What a model offers.
        examples: Inputs, shape `(n, *input_shape)`.

    Raises:
        UsageError: If they have another shape.
    """
    x = tf.constant(_checked(examples, endpoints["encode"]))
    values = {"x": x, "image": x, "label": tf.range(len(examples)) % 2}
    values["code"] = endpoints["encode"].call(*_inputs(endpoints["encode"], values))["code"]
    found: dict[str, Any] = {}
    for name, endpoint in endpoints.items():
        inputs = _inputs(endpoint, values)
        for spec, value in zip(endpoint.inputs, inputs, strict=True):
            found[f"{name}/in/{spec.name}"] = _plain(value)
        for key, value in endpoint.call(*inputs).items():
            found[f"{name}/out/{key}"] = _plain(value)
    return found


def samples(model: Autoencoder, source: Path) -> np.ndarray | None:
    """Returns the samples from which golden outputs were made; None where there are none that the model takes."""
    stored: dict[str, np.ndarray] = {}
    if source.is_file():
        with contextlib.suppress(Exception):  # which a damaged file may raise; then it holds none
            stored = archives.read(source)
    for spec in model.endpoints()["encode"].inputs:
        found = stored.get(f"encode/in/{spec.name}")
        if spec.name in SAMPLES and found is not None and spec.shape.is_compatible_with(found.shape):
            return found
    return None


def _plain(value: tf.Tensor) -> np.ndarray:
    """Returns an array; of texts without Python's objects, which NumPy would pickle."""
    return value.numpy().astype("S") if value.dtype == tf.string else value.numpy()


def differences(model: Autoencoder, source: Path) -> dict[str, float]:
    """Returns how far a model's outputs are from golden ones, at most, by `signature/out/name`.

    A difference is relative to the largest golden value where that is above 1; infinite where an output is missing, has
    another shape, or is not finite in the same places.
    """
    found = {}
    endpoints = model.endpoints()
    stored = archives.read(source)
    for key in (key for key in stored if "/out/" in key):
        name, _, output = key.partition("/out/")
        inputs = [tf.constant(stored[f"{name}/in/{spec.name}"]) for spec in endpoints[name].inputs]
        value, expected = endpoints[name].call(*inputs)[output].numpy(), stored[key]
        found[key] = difference(value.astype(expected.dtype), expected)
    return found


def difference(value: np.ndarray, expected: np.ndarray) -> float:
    """Returns how far an output is from the golden one, as `differences` says it."""
    if value.shape != expected.shape or expected.dtype.kind == "S":
        return 0.0 if np.array_equal(value, expected) else np.inf
    value, expected = value.astype("float64"), expected.astype("float64")  # of booleans too
    finite = np.isfinite(expected)
    if not np.array_equal(value[~finite], expected[~finite], equal_nan=True) or not np.isfinite(value[finite]).all():
        return np.inf
    largest = np.abs(value[finite] - expected[finite]).max(initial=0)
    return float(largest / max(1.0, np.abs(expected[finite]).max(initial=0)))


def _checked(examples: Any, encode: Endpoint) -> np.ndarray:
    """Returns examples as an array, float32."""
    found = np.asarray(examples, "float32")
    for spec in encode.inputs:
        if spec.name in SAMPLES:
            fits = found.ndim > 0 and len(found) > 0 and spec.shape.is_compatible_with(found.shape)
            shape = ", ".join(str(size or "any") for size in spec.shape[1:])
            check(fits, "examples.shape", f"(n, {shape})", found.shape, "For one sample, write x[None].")
    return found


def _inputs(endpoint: Endpoint, values: dict[str, tf.Tensor]) -> list[tf.Tensor]:
    """Returns an endpoint's inputs in order: from `values`, or its own examples."""
    known = {**values, **endpoint.examples}
    return [_as(known[spec.name], spec.dtype) for spec in endpoint.inputs]


def _as(value: Any, dtype: tf.DType) -> tf.Tensor:
    """Returns the value in that type; pictures in bytes go from 0 to 255."""
    if dtype == tf.uint8 and tf.is_tensor(value):
        return tf.cast(tf.round(value * 255), dtype)
    return tf.convert_to_tensor(value, dtype)
