"""What formats for other runtimes share: what is converted, and the proof that it computes what the model does.

A converter's success proves nothing: wrong shapes pass its checks, and what it wrote may end the process that runs it.
So each signature is run in a process of its own, by its runtime alone, on the golden inputs and on others of another
number and of odd sizes. What differs from the model, or fails, is left out, and the reason is written down.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from zoo import golden, processes
from zoo.autoencoder import Autoencoder, Endpoint
from zoo.checksums import LISTED
from zoo.ops.plain import plainly
from zoo.processes import Arrays

TOLERANCE = 1e-5  # of the largest number, or of 1
FREE = 24  # the side of a picture of any size, where none is given
ODD = (13, 11)  # of another one
TIMED = (1, 256)  # rows of a call that is timed
LONGEST, MOST = 0.3, 30  # seconds and calls that are timed, after one that is not
LONG = 2.0  # seconds after which three calls need not be whole
TOO_LONG = 5.0  # seconds of one call that are not waited for again and again
RANDOM = re.compile(r"(Stateless|Stateful|Parameterized)?(Random|Truncated|Uniform|StandardNormal|Multinomial|Rng).*")


class Signature(NamedTuple):
    """A signature that is converted.

    Attributes:
        function: Takes the inputs in order; returns a dictionary of named tensors.
        inputs: The named specs of the inputs.
        outputs: Shape and type of each output.
        tensors: What each output is called in the function, where no output can be called as an input is.
        left_out: The outputs of the endpoint that are none of the signature's: texts.
    """

    function: Any
    inputs: tuple[tf.TensorSpec, ...]
    outputs: dict[str, tf.TensorSpec]
    tensors: dict[str, str]
    left_out: tuple[str, ...]


def write(
    model: Autoencoder,
    target: Path,
    examples: np.ndarray | None,
    *,
    runtime: str,
    convert: Callable[[Mapping[str, Signature], Path], dict[str, str]],
    file_of: Callable[[str], str],
    versions: Mapping[str, str],
    shared: str = "",
    tolerance: float | None = TOLERANCE,
    lists: bool = True,
) -> None:
    """Converts a model's endpoints, keeps those that compute the same, and lists them and the others.

    Args:
        model: The model.
        target: The folder to make.
        examples: Inputs, shape `(n, *input_shape)`; drawn if not given.
        runtime: What runs the format: a file's name under `serving/formats/`.
        convert: Makes a folder hold these signatures; returns why it could not, by the names of those left out.
        file_of: From a signature's name to its file's.
        versions: Of what converted and what was run, by name.
        shared: The file, if there is one, that holds what several of the others need.
        tolerance: How far an output may be off, relative to the largest number or to 1. None where the format rounds:
            then it is listed how far off each signature is, and copies of it may be twice as far.
        lists: Whether the format has lists of what the steps of a loop give.
    """
    target.mkdir()
    endpoints = model.endpoints()
    with plainly(lists=lists):  # of endpoints of their own: what these hold is made once
        signatures, refused = _convertible(model.endpoints())
    examples = drawn(model) if examples is None else examples
    known = {"golden": golden.arrays(endpoints, examples), "other": _others(endpoints, examples)}
    found: dict[str, dict[str, Any]] = {}
    while True:
        wrong = convert(signatures, target)
        if signatures and not wrong:
            list_(target, {name: _described(each, file_of(name)) for name, each in signatures.items()}, {}, versions)
            found, wrong = _checked(signatures, endpoints, known, runtime, target, tolerance)
        if not wrong:
            break
        refused |= wrong
        signatures = {name: each for name, each in signatures.items() if name not in wrong}
    for name, reason in refused.items():
        print(f"{runtime} leaves out {name}: {reason}.")
    listed = {
        name: {**_described(each, file_of(name)), "bytes": _size(target, file_of(name), shared), **found[name]}
        for name, each in signatures.items()
    }
    list_(target, listed, {name: refused[name] for name in endpoints if name in refused}, versions)


def _size(folder: Path, *files: str) -> int:
    """Returns how many bytes a signature needs: those of all its files that are there."""
    return sum((folder / name).stat().st_size for name in files if name and (folder / name).exists())


def list_(target: Path, signatures: Mapping[str, Any], refused: Mapping[str, str], versions: Mapping[str, str]) -> None:
    """Writes what is in a format's folder, and what is not."""
    whole = {"signatures": signatures, "refused": refused, "versions": versions}
    (target / LISTED).write_text(json.dumps(whole, indent=1) + "\n", "utf-8")


def read(folder: Path) -> dict[str, dict[str, Any]]:
    """Returns, by format, what an export's folder lists of those that were converted."""
    return {file.parent.name: json.loads(file.read_text("utf-8")) for file in sorted(folder.glob(f"*/{LISTED}"))}


def _convertible(endpoints: Mapping[str, Endpoint]) -> tuple[dict[str, Signature], dict[str, str]]:
    """Returns what can be tried, and why the others cannot."""
    found: dict[str, Signature] = {}
    refused: dict[str, str] = {}
    for name, endpoint in endpoints.items():
        outputs = endpoint.outputs()
        texts = tuple(key for key, spec in outputs.items() if spec.dtype == tf.string)
        if taken := [spec.name for spec in endpoint.inputs if spec.dtype == tf.string]:
            refused[name] = f"it takes texts ({', '.join(taken[:3])})"
        elif len(texts) == len(outputs):
            refused[name] = "it gives nothing but texts"
        else:
            signature = _signature(endpoint, outputs, texts)
            graph = signature.function.get_concrete_function().graph
            if any(RANDOM.fullmatch(operation) for operation in _operations(graph)):
                refused[name] = "it draws random numbers, which come out differently elsewhere"
            else:
                found[name] = signature
    return found, refused


def _signature(endpoint: Endpoint, outputs: Mapping[str, tf.TensorSpec], left_out: tuple[str, ...]) -> Signature:
    kept = {key: spec for key, spec in outputs.items() if key not in left_out}
    taken = {spec.name for spec in endpoint.inputs}
    tensors = {key: f"{key}_out" if key in taken else key for key in kept}

    def call(*inputs: tf.Tensor) -> dict[str, tf.Tensor]:
        found = endpoint.call(*inputs)
        return {
            tensor: tf.identity(found[key], tensor) for key, tensor in tensors.items()
        }  # also of what passes through

    function = tf.function(call, input_signature=endpoint.inputs, autograph=False)
    function.get_concrete_function()  # which is kept
    return Signature(function, endpoint.inputs, kept, tensors, left_out)


def _operations(graph: Any) -> Iterator[str]:
    """Yields the names of a graph's operations, and of those in its functions."""
    definition = graph.as_graph_def()
    yield from (node.op for node in definition.node)
    yield from (node.op for function in definition.library.function for node in function.node_def)


def drawn(model: Autoencoder) -> np.ndarray:
    """Draws samples of the model's kind."""
    shape = tuple(size or FREE for size in model.encoder.inputs[0].shape[1:])
    return model.kind.samples(np.random.default_rng(0), 4, shape)


def _others(endpoints: Mapping[str, Endpoint], examples: np.ndarray) -> Arrays:
    """Returns golden arrays of one sample more, in another order, and where sizes are free of odd ones."""
    x = np.asarray(examples, "float32")
    x = np.concatenate([x, x[:1]])[::-1]
    shape = next((spec.shape for spec in endpoints["encode"].inputs if spec.name in ("x", "image")), x.shape)
    for axis, odd in zip((1, 2), ODD, strict=True):
        if len(shape) > axis and shape[axis] is None:
            x = np.take(x, np.arange(odd) % x.shape[axis], axis)
    return golden.arrays({name: _longer(endpoint) for name, endpoint in endpoints.items()}, x)


def _longer(endpoint: Endpoint) -> Endpoint:
    """Returns an endpoint with other examples: those that it brings, or a row more where there are several."""
    free = _of_rows(endpoint.inputs)
    examples = {
        name: np.concatenate([value, value[:1]]) if name in free and len(value) > 1 else value
        for name, value in endpoint.examples.items()
    }
    return endpoint._replace(examples={**examples, **endpoint.others})


def _of_rows(specs: Sequence[tf.TensorSpec]) -> set[str]:
    """Returns the names of the inputs that have a row a sample, as many as there are samples."""
    return {spec.name for spec in specs if spec.shape.rank and spec.shape[0] is None}


def _described(signature: Signature, file: str) -> dict[str, Any]:
    """Returns what is listed of a signature: names in their order, types and shapes, and the file that it is in."""

    def listed(name: str, spec: tf.TensorSpec) -> dict[str, Any]:
        return {"name": name, "dtype": spec.dtype.name, "shape": spec.shape.as_list()}

    return {
        "file": file,
        "inputs": [listed(spec.name, spec) for spec in signature.inputs],
        "outputs": [
            {**listed(name, spec), "tensor": signature.tensors[name]} for name, spec in signature.outputs.items()
        ],
        **({"left_out": list(signature.left_out)} if signature.left_out else {}),
    }


def _checked(
    signatures: Mapping[str, Signature],
    endpoints: Mapping[str, Endpoint],
    known: Mapping[str, Arrays],
    runtime: str,
    folder: Path,
    tolerance: float | None,
) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """Returns, by signature, the largest difference and how long calls take, and what is wrong with the others."""
    given: dict[str, dict[str, Arrays]] = {}
    ours: dict[str, dict[str, float]] = {}
    for name, signature in signatures.items():
        cases = {case: processes.part(arrays, f"{name}/in/") for case, arrays in known.items()}
        rows = {} if endpoints[name].others else _rows(signature, cases["golden"])
        ours[name] = _timed(endpoints[name], rows)
        given[name] = {**cases, **{case: rows[case] for case in ours[name]}}
    found: dict[str, dict[str, Any]] = {}
    wrong: dict[str, str] = {}
    for name, answer in processes.run(runtime, folder, given).items():
        outputs = {case: processes.part(arrays, f"{name}/out/") for case, arrays in known.items()}
        difference, fault = _compared(answer, outputs, signatures[name], tolerance)
        if fault:
            wrong[name] = fault
            continue
        milliseconds = {
            case: {runtime: _short(1e3 * float(answer[f"seconds/{case}"])), "tensorflow": _short(1e3 * seconds)}
            for case, seconds in ours[name].items()
        }
        found[name] = {"difference": difference, "milliseconds": milliseconds}
        if tolerance is None:
            found[name]["tolerance"] = max(TOLERANCE, 2 * difference)
    return found, wrong


def _rows(signature: Signature, golden_inputs: Arrays) -> dict[str, Arrays]:
    """Returns inputs of 1 and of 256 rows; none of a signature whose inputs have no rows."""
    free = _of_rows(signature.inputs)
    if not free:
        return {}
    return {
        str(count): {
            name: value[np.arange(count) % len(value)] if name in free else value
            for name, value in golden_inputs.items()
        }
        for count in TIMED
    }


def _timed(endpoint: Endpoint, rows: Mapping[str, Arrays]) -> dict[str, float]:
    """Returns the median seconds of TensorFlow's calls, the first not counted, but for those that take too long."""
    function = tf.function(endpoint.call, input_signature=endpoint.inputs, autograph=False)
    found: dict[str, float] = {}
    each = 0.0
    for case, arrays in rows.items():
        if int(case) * each > TOO_LONG:
            break
        call, inputs = function.get_concrete_function(), [tf.constant(value) for value in arrays.values()]
        call(*inputs)
        seconds: list[float] = []
        while sum(seconds) < LONG and (len(seconds) < 3 or (sum(seconds) < LONGEST and len(seconds) < MOST)):
            start = time.perf_counter()
            call(*inputs)
            seconds.append(time.perf_counter() - start)
        found[case] = median(seconds)
        each = found[case] / int(case)
    return found


def _short(value: float) -> float:
    return float(f"{value:.3g}")


def _compared(
    answer: Arrays, expected: Mapping[str, Arrays], signature: Signature, tolerance: float | None = TOLERANCE
) -> tuple[float, str]:
    """Returns the largest difference of a signature's outputs from the model's, and what is wrong with it."""
    if "error" in answer:
        return np.inf, f"it cannot be run ({answer['error']})"
    largest = 0.0
    for case, arrays in expected.items():
        for key in signature.outputs:
            value, wanted = answer[f"{case}/{key}"], arrays[key]
            if (value.dtype, value.shape) != (wanted.dtype, wanted.shape):
                seen, due = (f"{array.dtype} {array.shape}" for array in (value, wanted))
                return np.inf, f"its {key} is {seen} where the model gives {due}"
            difference = apart(value, wanted)
            if not difference <= (np.finfo("float64").max if tolerance is None else tolerance):
                return difference, f"its {key} differs by {difference:.2g} from the model's"
            largest = max(largest, difference)
    return largest, ""


def apart(value: np.ndarray, wanted: np.ndarray) -> float:
    """Returns how far an output is from the model's, as `golden.difference` does; 0 where bytes are but rounded."""
    return 0.0 if _one_step(value, wanted) else golden.difference(value, wanted)


def _one_step(value: np.ndarray, wanted: np.ndarray) -> bool:
    """Says whether bytes are the same but for one in a thousand at most, whose rounding fell the other way."""
    if value.dtype != np.uint8 or value.shape != wanted.shape:
        return False
    steps = np.abs(value.astype("int16") - wanted.astype("int16"))
    return bool(steps.max(initial=0) <= 1 and steps.sum() <= value.size / 1000)
