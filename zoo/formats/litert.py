"""LiteRT, once called TensorFlow Lite: one file with all signatures by name; needs `pip install .[litert]`."""

import functools
from pathlib import Path

import numpy as np

from zoo import converting, litert_files
from zoo.autoencoder import Autoencoder

NAME = "litert"


def write(model: Autoencoder, target: Path, examples: np.ndarray | None = None) -> None:
    """Writes the signatures that compute in LiteRT what they do in the model, and lists the others.

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
        convert=functools.partial(litert_files.convert, variables=[each.value for each in model.variables]),
        file_of=lambda _: litert_files.FILE,
        versions=litert_files.VERSIONS,
        lists=False,
    )
