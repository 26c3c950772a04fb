"""The endpoints of a model of a table that take each column by its name, in any order."""

from __future__ import annotations

import itertools
import keyword
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from zoo import checks
from zoo.autoencoder import Endpoint

PARTS = ("encode", "score", "detect")  # whose outputs `named` gives
PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def named(
    endpoints: Mapping[str, Endpoint], columns: Sequence[str], examples: Mapping[str, np.ndarray]
) -> dict[str, Endpoint]:
    """Returns two endpoints more: `named`, and `columns`, which says what the columns are called.

    `named` takes a vector for each column, `(batch,)`, and gives what `encode`, `score` and `detect` give of the rows.

    Args:
        endpoints: What a model of rows offers.
        columns: The columns' names, in their order.
        examples: By name, a few values of each, for golden outputs.
    """
    beside = endpoints["score"].inputs[1:]  # such as the index of a detector
    inputs = keywords(columns, (spec.name for spec in beside))
    specs = tuple(tf.TensorSpec((None,), tf.float32, name=name) for name in inputs)
    parts = [endpoints[name] for name in PARTS if name in endpoints and endpoints[name].inputs[1:] == beside]

    def call(*values: tf.Tensor) -> dict[str, tf.Tensor]:
        x = tf.stack(values[: len(columns)], axis=1)
        found = [part.call(x, *values[len(columns) :]) for part in parts]
        return {key: value for outputs in found for key, value in outputs.items()}

    given = {name: np.asarray(examples[column], "float32") for name, column in zip(inputs, columns, strict=True)}
    return {
        "named": Endpoint(call, (*specs, *beside), examples={**endpoints["score"].examples, **given}),
        "columns": Endpoint(lambda: {"name": tf.constant(list(columns)), "input": tf.constant(list(inputs))}, ()),
    }


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
            f"x must have each of the columns {', '.join(map(repr, columns[:20]))} once. Received: {missing[0]!r} "
            f"{names.count(missing[0])} times. {hint}".strip()
        )
    places = [names.index(name) for name in columns]
    return values.iloc[:, places] if hasattr(values, "iloc") else values[:, places]
