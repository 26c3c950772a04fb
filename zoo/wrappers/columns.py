"""The endpoints of a model of a table that take each column by its name, in any order."""

from __future__ import annotations

import itertools
import keyword
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from zoo import checks, containers
from zoo.autoencoder import Endpoint

PARTS = ("encode", "score", "detect", "contributions")  # whose outputs `named` gives
SHOWN = 20  # names that a message lists
PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def named(
    endpoints: Mapping[str, Endpoint],
    columns: Sequence[str],
    examples: Mapping[str, np.ndarray],
    words: Sequence[Sequence[str]],
) -> dict[str, Endpoint]:
    """Returns two endpoints more: `named`, and `columns`, which says what the columns are called.

    `named` takes a vector for each column, `(batch,)`, numbers or strings, and gives what those of `PARTS` give of the
    rows; a word that is new is no number, and so an anomaly.

    Args:
        endpoints: What a model of rows offers.
        columns: The columns' names, in their order.
        examples: By name, a few values of each, for golden outputs.
        words: Of each column, the words that it may hold; () of one of numbers.
    """
    beside = endpoints["score"].inputs[1:]  # such as the index of a detector
    inputs = keywords(columns, (spec.name for spec in beside))
    types = [tf.string if known else tf.float32 for known in words]
    specs = tuple(tf.TensorSpec((None,), dtype, name=name) for name, dtype in zip(inputs, types, strict=True))
    parts = [endpoints[name] for name in PARTS if name in endpoints and endpoints[name].inputs[1:] == beside]

    def call(*values: tf.Tensor) -> dict[str, tf.Tensor]:
        cells = zip(values[: len(columns)], words, strict=True)
        x = tf.stack([_places(value, known) if known else value for value, known in cells], axis=1)
        found = [part.call(x, *values[len(columns) :]) for part in parts]
        return {key: value for outputs in found for key, value in outputs.items()}

    given = {name: examples[column] for name, column in zip(inputs, columns, strict=True)}
    return {
        "named": Endpoint(call, (*specs, *beside), examples={**endpoints["score"].examples, **given}),
        "columns": Endpoint(lambda: {"name": tf.constant(list(columns)), "input": tf.constant(list(inputs))}, ()),
    }


def _places(values: tf.Tensor, known: Sequence[str]) -> tf.Tensor:
    """Returns each word's place among those that are known, float32; NaN of one that is new."""
    same = values[:, None] == tf.constant(list(known))
    place = tf.cast(tf.argmax(tf.cast(same, tf.int32), axis=1), tf.float32)
    return tf.where(tf.reduce_any(same, axis=1), place, math.nan)


def check_names(columns: Sequence[str] | None, count: int) -> None:
    """Raises `UsageError` unless there are as many names, each another, or none."""
    if columns is not None:
        fits = len(set(columns)) == len(columns) == count
        checks.check(fits, "columns", f"{count} names, each another", list(columns)[:SHOWN])


def keywords(columns: Sequence[str], taken: Iterable[str] = ()) -> tuple[str, ...]:
    """Returns what a signature calls its inputs: the columns' names, or what TensorFlow takes in their place.

    Args:
        columns: Their names.
        taken: What others are called.
    """
    found: list[str] = []
    used, theirs = {*map(str.lower, taken), "self"}, set(map(str.lower, columns))  # TensorFlow has no two but for case
    for column in columns:
        plain = bool(PLAIN.fullmatch(column)) and not keyword.iskeyword(column)
        base = column if plain else re.sub(r"\W", "_", f"column_{column}", flags=re.ASCII)
        tried = itertools.chain([base], (f"{base}_{number}" for number in itertools.count(2)))
        name = next(
            name for name in tried if name.lower() not in used and (name == column or name.lower() not in theirs)
        )
        used.add(name.lower())
        found.append(name)
    return tuple(found)


def ordered(values: Any, columns: Sequence[str] | None) -> Any:
    """Returns a data frame with its columns in that order; anything else as it is.

    Raises:
        UsageError: If the frame lacks a column; names it.
    """
    if columns is None or not hasattr(values, "columns") or not hasattr(values, "to_numpy"):
        return values
    names = [str(name) for name in values.columns]
    if missing := [name for name in columns if names.count(name) != 1]:
        hint = checks.did_you_mean(missing[0], names)
        raise checks.UsageError(
            f"x must have each of the columns {', '.join(map(repr, columns[:SHOWN]))} once. Received: {missing[0]!r} "
            f"{names.count(missing[0])} times. {hint}".strip()
        )
    places = [names.index(name) for name in columns]
    return values.iloc[:, places] if hasattr(values, "iloc") else values[:, places]


def numbered(frame: Any, columns: Sequence[str], words: Sequence[Sequence[str]]) -> np.ndarray:
    """Returns a data frame's rows as numbers, shape `(rows, columns)`: words by their place, NaN of one that is new."""
    found = []
    for column, known in zip(columns, words, strict=True):
        if known:
            places = {word: place for place, word in enumerate(known)}
            cells = frame[column].to_list()
            found.append(np.array([places.get(_word(cell), math.nan) for cell in cells], "float64"))
        else:
            found.append(np.asarray(containers.numbers(f"column {column!r}", frame[column]), "float64").reshape(-1))
    return np.stack(found, axis=1)


def _word(cell: Any) -> str:
    """Returns a cell as a table of text has it; an empty one as the empty word."""
    if cell is None or cell != cell:  # NaN is not itself
        return ""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()
