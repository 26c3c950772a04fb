"""tfds or tfds:NAME: MNIST or another data set of images, from TensorFlow Datasets."""

from __future__ import annotations

from typing import Any

import numpy as np

from recipes.data import official
from recipes.data.splits import Splits
from recipes.data.units import Pixels
from recipes.reading import tfds

KEY = "tfds"


def reads(source: str) -> bool:
    """Says whether the source names a data set of TensorFlow Datasets."""
    return source.partition(":")[0] == KEY


def load(source: str) -> Splits:
    """Loads a data set with parts for training and testing; it is downloaded, or found in `TFDS_DATA_DIR`.

    TensorFlow Datasets has an order of its own, so that other samples validate than from MNIST's own files.

    Args:
        source: "tfds" for MNIST, or "tfds:NAME" for another, such as tfds:fashion_mnist.

    Raises:
        UsageError: If it cannot be had, or is not of images.
    """
    arrays, names = tfds.read(source.partition(":")[2] or "mnist", _arrays)
    units, (arrays["x_train"], arrays["x_test"]) = Pixels.scaled(
        **{f"{source}: {name}": arrays[name] for name in ("x_train", "x_test")}
    )
    return official.splits(arrays, units, source, names)


def _arrays(builder: Any) -> tuple[dict[str, np.ndarray], tuple[str, ...]]:
    import tensorflow_datasets

    arrays = {}
    for part in ("train", "test"):
        dataset = builder.as_dataset(split=part, batch_size=-1, as_supervised=True)
        x, y = tensorflow_datasets.as_numpy(dataset)
        arrays[f"x_{part}"] = x[..., 0] if x.ndim == 4 and x.shape[-1] == 1 else x
        arrays[f"y_{part}"] = y
    label = builder.info.features[builder.info.supervised_keys[1]]
    return arrays, tuple(getattr(label, "names", ()))
