"""A Parquet file, group of rows by group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from serving import parquet
from serving.refusing import guarded
from serving.scoring.rows import Block, of_table
from serving.signatures import Spec


def reads(source: Path) -> bool:
    """Says whether a file is called as such a file is."""
    return source.suffix.lower() in parquet.ENDINGS


def names(source: Path) -> tuple[str, ...]:
    """Returns the columns' names.

    Raises:
        Refused: If it is damaged.
    """
    return parquet.names(source)


def blocks(source: Path, inputs: Mapping[str, Spec], columns: Mapping[str, Sequence[str]]) -> Iterator[Block]:
    """Yields the rows, numbered from 1, always in the same blocks.

    Args:
        source: The file.
        inputs: What the signature takes, by name.
        columns: By input, the columns that it takes.

    Raises:
        Refused: If it is damaged.
    """
    opened, first = parquet.opened(source), 1
    wanted = sorted({column for each in columns.values() for column in each})
    with guarded(source, parquet.FAULT):
        for batch in opened.iter_batches(parquet.ROWS, columns=wanted):
            rows = np.arange(first, first + batch.num_rows)
            yield of_table(rows, batch.to_pandas(), inputs, columns)
            first += batch.num_rows
