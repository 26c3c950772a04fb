"""TFRecord files of `tf.train.Example`, whose features are called as a signature's inputs are."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from serving.refusing import said
from serving.scoring.rows import Bad, Block, of_rows
from serving.signatures import Spec

ENDINGS = (".tfrecord", ".tfrecords")
ROWS = 1024  # at a time


def reads(source: Path) -> bool:
    """Says whether a file is called as such a file is."""
    return source.suffix.lower() in ENDINGS


def names(source: Path) -> None:
    """Returns nothing: each record has names of its own."""


def blocks(source: Path, inputs: Mapping[str, Spec], columns: Mapping[str, Sequence[str]]) -> Iterator[Block]:
    """Yields the records, numbered from 1, always in the same blocks; what follows a damaged one cannot be read.

    Args:
        source: The file.
        inputs: What the signature takes, by name.
        columns: Not used: a record's features have names.
    """
    import tensorflow as tf

    wanted = of_rows(inputs)
    rows: list[int] = []
    values: dict[str, list[np.ndarray]] = {name: [] for name in wanted}
    bad: list[Bad] = []
    number = 0
    records = tf.data.TFRecordDataset(str(source)).as_numpy_iterator()
    while True:
        number += 1
        try:
            features = tf.train.Example.FromString(next(records)).features.feature
            found = {name: _value(features, name, spec) for name, spec in wanted.items()}
        except StopIteration:
            break
        except tf.errors.OpError as error:
            bad.append((number, f"it and what follows it cannot be read ({said(error)})"))
            break
        except Exception as error:  # others' records raise anything
            bad.append((number, said(error)))
        else:
            rows.append(number)
            for name, value in found.items():
                values[name].append(value)
        if number % ROWS == 0:
            yield _block(rows, values, bad, wanted)
            rows, values, bad = [], {name: [] for name in wanted}, []
    if rows or bad:
        yield _block(rows, values, bad, wanted)


def _block(rows: list[int], values: dict[str, list[np.ndarray]], bad: list[Bad], wanted: Mapping[str, Spec]) -> Block:
    inputs = {name: np.array(each, wanted[name].dtype) for name, each in values.items()} if rows else {}
    return Block(np.array(rows, "int64"), inputs, bad)


def _value(features: Any, name: str, spec: Spec) -> np.ndarray:
    """Returns a feature as the signature takes it; raises `ValueError` where it cannot."""
    if name not in features:
        raise ValueError(f"it has no feature {name!r}")
    kind = features[name].WhichOneof("kind")
    value = np.array(getattr(features[name], kind).value if kind in ("float_list", "int64_list") else [], "float64")
    sizes = [size for size in spec.shape[1:] if size is not None]
    if len(sizes) < len(spec.shape) - 1 or value.size != math.prod(sizes):
        raise ValueError(f"its feature {name!r} has {value.size} numbers, and must have {spec}")
    if not np.isfinite(value).all():
        raise ValueError(f"its feature {name!r} is not finite")
    return value.reshape(sizes)
