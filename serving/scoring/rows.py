"""Rows as a signature takes them, and those that it cannot take, each with the reason."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from serving.refusing import Refused
from serving.signatures import Spec

Bad = tuple[Any, str]  # a row's number or name, and what is wrong with it


class Block(NamedTuple):
    """Some rows of a source.

    Attributes:
        rows: What each row that can be scored is called: its number, from 1, or its name.
        inputs: By name, what the signature takes, a row for each.
        bad: The other rows.
    """

    rows: np.ndarray
    inputs: dict[str, np.ndarray]
    bad: list[Bad]


def of_rows(inputs: Mapping[str, Spec]) -> dict[str, Spec]:
    """Returns the inputs that have a row for each sample; the others are the same for all."""
    return {name: spec for name, spec in inputs.items() if spec.shape and spec.shape[0] is None}


def taken(names: Sequence[str], inputs: Mapping[str, Spec], chosen: Sequence[str]) -> dict[str, list[str]]:
    """Returns, by input, the columns that it takes: the one of its name, or as many as it has numbers.

    Args:
        names: The columns of a table, in order.
        inputs: What the signature takes, by name.
        chosen: The columns to take for an input of several numbers; all of them if there are none.

    Raises:
        Refused: If columns are missing, or do not fit.
    """
    wanted = of_rows(inputs)
    if missing := [name for name in chosen if name not in names]:
        raise Refused(f"There is no column {missing[0]!r}: choose of {_listed(names)}.")
    found: dict[str, list[str]] = {}
    for name, spec in wanted.items():
        if len(spec.shape) == 1:
            found[name] = [name]
            continue
        sizes = [size for size in spec.shape[1:] if size is not None]
        columns = list(chosen or names)
        if len(wanted) > 1 or len(sizes) < len(spec.shape) - 1 or math.prod(sizes) != len(columns):
            raise Refused(
                f"The signature takes {name} {spec}, and there are {len(columns)} columns, {_listed(columns)}: name "
                "those that it takes with --columns."
            )
        found[name] = columns
    if missing := [column for columns in found.values() for column in columns if column not in names]:
        raise Refused(f"The signature takes a column {missing[0]!r}, and there are {_listed(names)}: rename them.")
    return found


def of_table(
    rows: np.ndarray, cells: pd.DataFrame, inputs: Mapping[str, Spec], columns: Mapping[str, Sequence[str]]
) -> Block:
    """Returns a block of a table's rows.

    Args:
        rows: The rows' numbers.
        cells: Their cells: numbers, or texts that may be numbers; missing where a row is too short.
        inputs: What the signature takes, by name.
        columns: By input, the columns that it takes.
    """
    reasons = np.full(len(rows), "", object)
    found: dict[str, np.ndarray] = {}
    for name, names in columns.items():
        spec = inputs[name]
        if spec.dtype == "string":
            texts = cells[names[0]]
            reasons[texts.isna().to_numpy()] = f"column {names[0]!r} is not there"
            cells_of = zip(texts, texts.isna(), strict=True)
            found[name] = np.array(["" if missing else str(text) for text, missing in cells_of])
            continue
        values = np.stack([_numbers(cells[column], column, spec, reasons) for column in names], axis=1)
        found[name] = values.reshape(-1, *spec.shape[1:]).astype(spec.dtype)
    good = reasons == ""
    bad = [(int(row), reason) for row, reason in zip(rows[~good], reasons[~good], strict=True)]
    return Block(rows[good], {name: value[good] for name, value in found.items()}, bad)


def _numbers(cells: pd.Series, column: str, spec: Spec, reasons: np.ndarray) -> np.ndarray:
    """Returns a column's numbers, 0 where there is none that the type holds, and says so of those rows."""
    values = pd.to_numeric(cells, errors="coerce").to_numpy("float64", na_value=np.nan)
    kind = np.dtype(spec.dtype)
    wrong = ~np.isfinite(values)
    if kind.kind in "iu":
        limits = np.iinfo(kind)
        wrong |= (values != np.rint(values)) | (values < limits.min) | (values > limits.max)
    elif kind.kind == "f":
        wrong |= np.abs(values) > np.finfo(kind).max
    for at in np.flatnonzero(wrong & (reasons == "")):
        cell = cells.iloc[at]
        held = "is not there" if cell is None or cell is np.nan else f"holds {str(cell)[:40]!r}"
        reasons[at] = f"column {column!r} {held}: it must hold a number of type {kind.name}"
    return np.where(wrong, 0, values)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names[:8])) + (" and others" if len(names) > 8 else "")
