"""Graphs of signatures in ONNX files, one a signature, for the formats that are made of these.

Inputs and outputs keep their names and their order. Weights stand once, in a file beside those of the signatures, which
name their places in it.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import tf2onnx.convert
from onnx import TensorProto
from onnx.external_data_helper import set_external_data

from zoo.checks import said
from zoo.converting import Signature

OPSET = 18
WEIGHTS = "weights.bin"
SMALL = 1024  # bytes that stay in the file that needs them
ALIGNED = 64  # bytes at whose multiples others begin, as processors load them best
VERSIONS = {**{name: version(name) for name in ("onnx", "onnxruntime", "tf2onnx")}, "opset": str(OPSET)}
logging.getLogger("tf2onnx").setLevel(logging.CRITICAL)  # what it cannot do is seen in what it makes


def convert(signatures: Mapping[str, Signature], folder: Path, *, tied: bool = True) -> dict[str, str]:
    """Makes a folder hold these signatures and no others; returns why not, by the names of those that it does not.

    Args:
        signatures: What is converted, if it is not there.
        folder: Where to.
        tied: Whether weights that are there transposed too, as tied ones are, are stored once.
    """
    keep(signatures, folder)
    refused = {}
    for name, signature in signatures.items():
        if not (folder / file_of(name)).exists() and (reason := _convert(signature, folder / file_of(name))):
            refused[name] = reason
    share(folder, tied=tied)
    return refused


def keep(names: Iterable[str], folder: Path) -> None:
    """Removes the files of all signatures but these."""
    for file in {*folder.glob("*.onnx")} - {folder / file_of(name) for name in names}:
        file.unlink()


def share(folder: Path, *, tied: bool = False) -> None:
    """Stores the weights of a folder's files once, each where all of them find it.

    Args:
        folder: The files'.
        tied: Whether weights that are there transposed too, as tied ones are, are stored once as well: runtimes
            transpose them when loading.
    """
    models = {file: onnx.load(file) for file in sorted(folder.glob("*.onnx"))}
    content, places = bytearray(), dict[bytes, int]()
    for model in models.values():
        for tensor in list(model.graph.initializer):
            array = onnx.numpy_helper.to_array(tensor)
            values = array.tobytes()
            if len(values) < SMALL:
                continue
            if tied and values not in places and (twin := _transposed(array)) in places:
                values = twin
                _transpose(model.graph, tensor)
            if values not in places:
                content += bytes(-len(content) % ALIGNED)
                places[values] = len(content)
                content += values
            for field in ("float_data", "int32_data", "int64_data", "double_data"):
                tensor.ClearField(field)
            tensor.raw_data = values
            set_external_data(tensor, WEIGHTS, places[values], len(values))
            tensor.ClearField("raw_data")  # or saving would write it there
    (folder / WEIGHTS).unlink(missing_ok=True)
    if content:
        (folder / WEIGHTS).write_bytes(content)
    for file, model in models.items():
        onnx.save(model, file)


def _transposed(array: np.ndarray) -> bytes | None:
    """Returns the values of a transposed matrix; of a square one OpenVINO takes one for the other, so of none."""
    return array.T.tobytes() if array.ndim == 2 and array.shape[0] != array.shape[1] else None


def _transpose(graph: Any, tensor: Any) -> None:
    """Lets a graph make a matrix of its transpose, which the tensor is to hold from now on."""
    name = tensor.name
    tensor.name = f"{name}_transposed"
    tensor.dims[:] = tensor.dims[::-1]
    graph.node.insert(0, onnx.helper.make_node("Transpose", [tensor.name], [name], perm=[1, 0]))


def file_of(name: str) -> str:
    """Returns the name of a signature's file."""
    return f"{name}.onnx"


def _convert(signature: Signature, file: Path) -> str | None:
    """Writes a signature; returns why it cannot be written."""
    try:
        model, _ = tf2onnx.convert.from_function(
            signature.function, signature.inputs, opset=OPSET, custom_op_handlers=HANDLERS
        )
    except Exception as error:  # converters raise anything
        return f"it cannot be converted ({said(error)})"
    if unknown := sorted(set(_unknown(model.graph))):
        return f"ONNX has no {', '.join(unknown)}"
    _order(model.graph, signature)
    onnx.save(model, file)
    return None


def _erfc(context: Any, node: Any, name: str, _: Any) -> None:
    """Writes erfc(x), of which Keras makes its GELU, as 1 - erf(x)."""
    one = context.make_const(f"{name}_one", np.float32(1))
    erf = context.make_node("Erf", [node.input[0]], shapes=node.output_shapes, dtypes=node.output_dtypes)
    shapes, dtypes = node.output_shapes, node.output_dtypes
    context.remove_node(node.name)
    context.make_node(
        "Sub", [one.output[0], erf.output[0]], name=name, outputs=node.output, shapes=shapes, dtypes=dtypes
    )


def _floor_div(context: Any, node: Any, name: str, _: Any) -> None:
    """Writes a division that rounds down: the converter's own rounds negative integers up."""
    a, b = node.input
    dtype, shapes, outputs = context.get_dtype(node.output[0]), node.output_shapes, node.output
    context.remove_node(node.name)

    def made(operation: str, *inputs: str, dtype: int = dtype, **options: Any) -> str:
        return context.make_node(operation, list(inputs), shapes=shapes, dtypes=[dtype], **options).output[0]

    quotient = made("Div", a, b)
    if dtype in (TensorProto.FLOAT, TensorProto.DOUBLE):
        made("Floor", quotient, outputs=outputs)
        return
    zero = context.make_const(f"{name}_zero", np.array(0, onnx.helper.tensor_dtype_to_np_dtype(dtype))).output[0]
    rest = made("Sub", a, made("Mul", quotient, b))
    signs = [made("Less", value, zero, dtype=TensorProto.BOOL) for value in (rest, b)]
    differ = made("Xor", *signs, dtype=TensorProto.BOOL)
    has_rest = made("Not", made("Equal", rest, zero, dtype=TensorProto.BOOL), dtype=TensorProto.BOOL)
    above = made("Cast", made("And", differ, has_rest, dtype=TensorProto.BOOL), attr={"to": dtype})
    made("Sub", quotient, above, outputs=outputs)


def _where(context: Any, node: Any, name: str, _: Any) -> None:
    """Writes a choice as one: the converter's own multiplies by 0, which makes NaN of what is infinite."""
    condition, *values = node.input
    dtype, shapes, outputs = context.get_dtype(node.output[0]), node.output_shapes, node.output
    context.remove_node(node.name)
    if dtype != TensorProto.BOOL:
        context.make_node("Where", [condition, *values], shapes=shapes, dtypes=[dtype], outputs=outputs)
        return
    # Of booleans onnxruntime has no choice.
    numbers = [context.make_node("Cast", [value], attr={"to": TensorProto.INT32}).output[0] for value in values]
    chosen = context.make_node("Where", [condition, *numbers], shapes=shapes, dtypes=[TensorProto.INT32])
    options = {"attr": {"to": dtype}, "shapes": shapes, "dtypes": [dtype], "outputs": outputs}
    context.make_node("Cast", [chosen.output[0]], **options)


HANDLERS: dict[str, Any] = {"Erfc": (_erfc, []), "FloorDiv": (_floor_div, []), "SelectV2": (_where, [])}


def _unknown(graph: Any) -> Iterator[str]:
    """Yields the operations that ONNX does not have, in which the converter leaves TensorFlow's."""
    for node in graph.node:
        if not onnx.defs.has(node.op_type, node.domain):
            yield node.op_type
        for attribute in node.attribute:
            yield from _unknown(attribute.g)


def _order(graph: Any, signature: Signature) -> None:
    """Puts inputs and outputs in their order, with those inputs that make no difference."""
    inputs = {value.name: value for value in graph.input}
    outputs = {value.name: value for value in graph.output}
    del graph.input[:], graph.output[:]
    for spec in signature.inputs:
        dtype = onnx.helper.np_dtype_to_tensor_dtype(np.dtype(spec.dtype.as_numpy_dtype))
        unused = onnx.helper.make_tensor_value_info(spec.name, dtype, spec.shape.as_list())
        graph.input.append(inputs.pop(spec.name, unused))
    graph.input.extend(inputs.values())  # what should not be there, and fails when it is run
    graph.output.extend(outputs[tensor] for tensor in signature.tensors.values())
