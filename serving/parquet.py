"""The rows of a Parquet file, group by group, as those of a text table come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from serving.refusing import Refused, guarded
from serving.tables import Kind, Rows
from serving.text_files import most_of

ENDINGS = (".parquet", ".pq")
ROWS = 1 << 16  # at a time
MOST_NUMBERS = 500_000_000  # that a file's own account may promise
FAULT = "is not a whole Parquet file"


def names(file: Path) -> tuple[str, ...]:
    """Returns the columns' names.

    Raises:
        Refused: If it is damaged, or promises more than any memory holds.
    """
    found = opened(file)
    with guarded(file, FAULT):
        numbers = found.metadata.num_rows * max(1, found.metadata.num_columns)
        groups = (found.metadata.row_group(i) for i in range(found.metadata.num_row_groups))
        unpacked = sum(group.total_byte_size for group in groups)
        if numbers > MOST_NUMBERS or unpacked > most_of(file):
            raise Refused(f"{file} promises {numbers:,} values in {unpacked:,} bytes, more than are read.")
        return tuple(str(name) for name in found.schema_arrow.names)


def count(file: Path) -> int:
    """Returns how many rows a file says that it has.

    Raises:
        Refused: If it is damaged.
    """
    return int(opened(file).metadata.num_rows)


def rows(file: Path, kinds: Mapping[str, Kind]) -> Iterator[Rows]:
    """Yields the rows, numbered from 1.

    Args:
        file: The file.
        kinds: The columns that are wanted, by name, and what they hold; ids come as words.

    Raises:
        Refused: If it is damaged, or holds words where a number should stand; names the row.
    """
    found, line = opened(file), 1
    with guarded(file, FAULT):
        for batch in found.iter_batches(ROWS, columns=list(kinds)):
            lines = np.arange(line, line + batch.num_rows)
            columns = {}
            for name, kind in kinds.items():
                cells = batch.column(name).to_pandas()
                columns[name] = _numbers(file, name, cells, lines) if kind == "number" else _words(cells)
            yield Rows(lines, columns)
            line += batch.num_rows


def opened(file: Path) -> Any:
    """Opens a file.

    Raises:
        Refused: If it is damaged, or pyarrow is not installed.
    """
    try:
        from pyarrow import parquet
    except ImportError:
        raise Refused(f"{file} needs the package pyarrow: install it, or save the table as CSV.") from None
    with guarded(file, FAULT):
        return parquet.ParquetFile(file)


def _numbers(file: Path, name: str, cells: pd.Series, lines: np.ndarray) -> np.ndarray:
    values = pd.to_numeric(cells, errors="coerce").to_numpy("float64", na_value=np.nan)
    wrong = np.isnan(values) & cells.notna().to_numpy()
    if wrong.any():
        at = int(np.argmax(wrong))
        raise Refused(
            f"{file}: row {lines[at]}, column {name!r} holds {str(cells.iloc[at])[:40]!r}: it must hold a number. Mend "
            "it, or leave the column out."
        )
    return values


def _words(cells: pd.Series) -> np.ndarray:
    return np.array(
        ["" if missing else str(cell).strip() for cell, missing in zip(cells, cells.isna(), strict=True)], object
    )
