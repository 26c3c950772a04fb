"""ONNX files, one a signature, for onnxruntime and whatever else reads them; needs `pip install .[onnx]`.

Inputs and outputs keep their names; `signatures.json` lists them in their order. Weights stand once, in a file beside
those of the signatures.
"""

from pathlib import Path

import numpy as np

from zoo import converting, onnx_graphs
from zoo.autoencoder import Autoencoder

NAME = "onnx"


def write(model: Autoencoder, target: Path, examples: np.ndarray | None = None) -> None:
    """Writes the signatures that compute in onnxruntime what they do in the model, and lists the others.

    Args:
        model: The model.
        target: The folder to make.
        examples: Inputs to check with, shape `(n, *input_shape)`; drawn if not given.
    """
    converting.write(
        model,
        target,
        examples,
        runtime=NAME,
        convert=onnx_graphs.convert,
        file_of=onnx_graphs.file_of,
        shared=onnx_graphs.WEIGHTS,
        versions=onnx_graphs.VERSIONS,
    )
