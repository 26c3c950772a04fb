"""Data that come split into training and test samples, as MNIST does; of the training samples some validate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from recipes.data import keys
from recipes.data.parts import PARTS
from recipes.data.splits import Part, Splits, indexed
from zoo import UsageError

if TYPE_CHECKING:
    from recipes.data.units import Units

VALIDATION = 5000  # the last of the training samples, and at most a fifth of them


def splits(
    arrays: dict[str, np.ndarray], units: Units, source: str, names: tuple[str, ...] = (), notes: str = ""
) -> Splits:
    """Makes splits of arrays that say what trains and what tests.

    Args:
        arrays: Samples `x_train` and `x_test`, shape `(n, *shape)`, float32; `y_train` and `y_test`, shape `(n,)`,
            where there are labels; `x_validation` and `y_validation`, or the last of the training samples validate.
        units: How raw values became these samples.
        source: Where they came from.
        names: The labels' names, where `y` holds their numbers.
        notes: Remarks on the loading, for people.

    Raises:
        UsageError: If there are too few samples, or all have one label.
    """
    check(arrays, source)
    given = "x_validation" in arrays
    count = len(arrays["x_train"])
    held_out = 0 if given else min(VALIDATION, count // 5)
    kept = count - held_out
    if not ((given or held_out) and kept and len(arrays["x_test"])):
        raise UsageError(
            f"{source}: at least 5 samples to train and 1 to test are needed. "
            f"Received: {count} and {len(arrays['x_test'])}."
        )
    labels, y = _labels(arrays, names)
    if labels and len(np.unique(y["train"][:kept])) < 2:
        only = labels[int(y["train"][0])]
        raise UsageError(f"{source}: all training labels are {only}: at least two kinds are needed.")
    x, test = arrays["x_train"], Part(arrays["x_test"], y["test"])
    train = Part(x[:kept], y["train"][:kept])
    if given:
        validation = Part(arrays["x_validation"], y["validation"])
        split = f"as the source has it: {kept:,} train, {len(validation):,} validate and {len(test):,} test"
    else:
        validation = Part(x[kept:], y["train"][kept:])
        split = (
            f"of the official training samples, in the source's order, the first {kept:,} train and the last "
            f"{held_out:,} validate; the official {len(test):,} test"
        )
    called = Path(source.partition(":")[2] or source).stem
    made = Splits(train, validation, test, called, source, split, "see its source", units, labels, notes)
    known = keys.about(made.fingerprint)
    if not known:
        return made
    return Splits(train, validation, test, known["name"], source, split, known["licence"], units, labels, notes)


def check(arrays: dict[str, np.ndarray], source: str) -> None:
    """Checks that samples and labels of each part, and the parts, fit together.

    Raises:
        UsageError: If they do not.
    """
    sizes = {}
    parts = [part for part in PARTS if f"x_{part}" in arrays]
    unlabelled = [f"y_{part}" for part in parts if f"y_{part}" not in arrays]
    if 0 < len(unlabelled) < len(parts):
        raise UsageError(f"{source} has no {' and no '.join(unlabelled)}: give each part labels, or none.")
    for part in parts:
        x, y = arrays[f"x_{part}"], arrays.get(f"y_{part}")
        if x.ndim < 2 or (y is not None and (y.ndim != 1 or len(x) != len(y))):
            raise UsageError(
                f"{source}: {part} samples must have the shape (n, ...) and labels (n,). "
                f"Received: {x.shape} and {None if y is None else y.shape}: the files do not belong together."
            )
        sizes[part] = x.shape[1:]
    for part, size in sizes.items():
        if size != sizes["train"]:
            raise UsageError(
                f"{source}: train and {part} samples differ in size: {sizes['train']} and {size}: the files do not "
                "belong together."
            )


def _labels(arrays: dict[str, np.ndarray], names: tuple[str, ...]) -> tuple[tuple[str, ...], dict[str, np.ndarray]]:
    """Returns the labels' names and each part's indices; no names and zeros where there are none."""
    parts = [part for part in PARTS if f"x_{part}" in arrays]
    if "y_train" not in arrays:
        return (), {part: np.zeros(len(arrays[f"x_{part}"]), "int64") for part in parts}
    if names:
        return names, {part: arrays[f"y_{part}"].astype("int64") for part in parts}
    labels, index = indexed(np.concatenate([arrays[f"y_{part}"] for part in parts]))
    ends = np.cumsum([len(arrays[f"y_{part}"]) for part in parts])
    return labels, dict(zip(parts, np.split(index, ends[:-1]), strict=True))
