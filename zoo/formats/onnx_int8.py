"""ONNX files that multiply integers of 8 bits, a byte a weight instead of four; needs `pip install .[onnx_int8]`.

Weights have 8 bits, each column or channel at a scale of its own. What dense layers multiply them with is rounded at
the scale of the largest number in the call: a row's answer depends a little on the rows beside it. What convolutions do
is rounded at a scale that samples gave beforehand, since finding it out in each call takes longer than it saves.
Nothing is held to the model's numbers: how far each signature is off is measured and listed.

Dense weights have no sign, and those of convolutions 7 bits: products of others overflow on processors that have no
instructions for them, and an export would not give the same everywhere.

Source: https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html
"""

import contextlib
import functools
import logging
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import onnx
from onnxruntime import set_default_logger_severity
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_dynamic, quantize_static

from zoo import converting, golden, onnx_graphs, processes
from zoo.autoencoder import Autoencoder
from zoo.checks import said
from zoo.converting import Signature
from zoo.processes import Arrays

NAME = "onnx_int8"
ERRORS = 3  # of onnxruntime's levels of what it says


def write(
    model: Autoencoder, target: Path, examples: np.ndarray | None = None, calibration: np.ndarray | None = None
) -> None:
    """Writes the signatures, how far each is off, and why others are left out.

    Args:
        model: The model.
        target: The folder to make.
        examples: Inputs to check with, shape `(n, *input_shape)`; drawn if not given.
        calibration: Inputs that show how large numbers become, likewise; `examples` if not given.
    """
    examples = converting.drawn(model) if examples is None else examples
    seen = examples if calibration is None else calibration
    converting.write(
        model,
        target,
        examples,
        runtime=NAME,
        convert=functools.partial(convert, seen=golden.arrays(model.endpoints(), seen)),
        file_of=onnx_graphs.file_of,
        shared=onnx_graphs.WEIGHTS,
        versions=onnx_graphs.VERSIONS,
        tolerance=None,
    )


def convert(signatures: Mapping[str, Signature], folder: Path, seen: Arrays) -> dict[str, str]:
    """Makes a folder hold these signatures, rounded, and no others; returns why not, by the names of the rest.

    Args:
        signatures: What is converted.
        folder: Where to.
        seen: Inputs for calibration, named `signature/in/name`.
    """
    onnx_graphs.keep(signatures, folder)
    missing = {name: each for name, each in signatures.items() if not (folder / onnx_graphs.file_of(name)).exists()}
    with tempfile.TemporaryDirectory() as exact:
        refused = onnx_graphs.convert(missing, Path(exact), tied=False)  # what is computed from weights is not rounded
        for name in missing.keys() - refused.keys():
            file = onnx_graphs.file_of(name)
            try:
                _round(onnx.load(Path(exact, file)), folder / file, processes.part(seen, f"{name}/in/"))
            except Exception as error:  # as converters do
                (folder / file).unlink(missing_ok=True)
                refused[name] = f"it cannot be rounded ({said(error)})"
    onnx_graphs.share(folder)
    return refused


class _Once(CalibrationDataReader):
    """Gives inputs once, as the library wants them."""

    def __init__(self, inputs: Arrays) -> None:
        self.left = [{name: np.asarray(value) for name, value in inputs.items()}]  # also of single numbers

    def get_next(self) -> Arrays | None:
        return self.left.pop() if self.left else None


def _round(model: onnx.ModelProto, file: Path, inputs: Arrays) -> None:
    """Writes a graph whose products are those of integers."""
    has_convolutions = any(node.op_type == "Conv" for node in model.graph.node)
    with _quietly():
        quantize_dynamic(model, file, op_types_to_quantize=["MatMul"], per_channel=True, weight_type=QuantType.QUInt8)
        if has_convolutions:
            quantize_static(
                onnx.load(file),
                file,
                _Once(inputs),
                quant_format=QuantFormat.QDQ,
                op_types_to_quantize=["Conv"],
                per_channel=True,
                reduce_range=True,
                activation_type=QuantType.QUInt8,
                weight_type=QuantType.QInt8,
            )


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """Keeps back what the library advises for other cases."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    set_default_logger_severity(ERRORS)
    try:
        yield
    finally:
        logging.disable(before)
