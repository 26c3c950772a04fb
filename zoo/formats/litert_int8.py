"""A LiteRT file with a byte a weight instead of four, for phones and the like; needs `pip install .[litert_int8]`.

Weights of products and convolutions have 8 bits, each column or channel at a scale of its own; small ones stay as they
are. What they are multiplied with is rounded in each call, by the largest number of its row, so that no samples are
needed beforehand. Nothing is held to the model's numbers: how far each signature is off is measured and listed, and how
long it takes, since large batches of convolutions may take longer than unrounded.

Source: https://ai.google.dev/edge/litert/conversion/tensorflow/quantization/post_training_quantization
"""

import functools
from pathlib import Path

import numpy as np

from zoo import converting, litert_files
from zoo.autoencoder import Autoencoder

NAME = "litert_int8"


def write(model: Autoencoder, target: Path, examples: np.ndarray | None = None) -> None:
    """Writes the signatures, how far each is off, and why others are left out.

    Args:
        model: The model.
        target: The folder to make.
        examples: Inputs to check with, shape `(n, *input_shape)`; drawn if not given.
    """
    variables = [each.value for each in model.variables]
    converting.write(
        model,
        target,
        examples,
        runtime=NAME,
        convert=functools.partial(litert_files.convert, variables=variables, is_rounded=True),
        file_of=lambda _: litert_files.FILE,
        versions=litert_files.VERSIONS,
        lists=False,
        tolerance=None,
    )
