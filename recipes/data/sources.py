"""What the recipes share that work on pictures and on tables alike: where data come from, what labels they have."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from zoo import UsageError

if TYPE_CHECKING:
    from recipes.data.splits import Splits
    from zoo.autoencoder import Autoencoder


def load(source: str, label: str | None, seed: int) -> Splits:
    """Loads a table from a FILE.csv, or else digits.

    Args:
        source: What `--data` says.
        label: The column of a table that holds labels.
        seed: Seed of a table's split.

    Raises:
        UsageError: If the source cannot be read, or a label's column is named for digits.
    """
    from recipes.data import mnist, table

    if Path(source).suffix.lower() == ".csv":
        return table.load(source, label, seed)
    if label is not None:
        raise UsageError(f"--label {label} is for a FILE.csv. Received: --data {source}. Leave it out.")
    return mnist.load(source)


def is_table(splits: Splits) -> bool:
    """Says whether it is a table and not pictures."""
    from recipes.data.table import Table

    return isinstance(splits, Table)


def label_names(splits: Splits) -> list[str]:
    """Returns the labels' names, in the order of their indices; none for a table without labels."""
    from recipes.data.table import Table

    return list(splits.labels) if isinstance(splits, Table) else [str(i) for i in range(splits.train.y.max() + 1)]


def of_raw_values(model: Autoencoder, splits: Splits) -> dict[str, Any]:
    """Returns the arguments of `_publishing.publish` that make an export of raw values: preprocessing goes inside."""
    from recipes.data import mnist
    from recipes.data.table import Table
    from zoo.wrappers.scaled import Scaled
    from zoo.wrappers.standardized import Standardized

    x = splits.test.x[:8]
    if isinstance(splits, Table):
        return {"model": Standardized(model, splits.mean, splits.scale), "examples": splits.raw(x)}
    return {"model": Scaled(model, mnist.PIXEL_MAX), "examples": np.rint(x * mnist.PIXEL_MAX)}
