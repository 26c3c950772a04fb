"""A model of standardized values that takes raw ones, of words too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from zoo import checks
from zoo.autoencoder import Autoencoder, Endpoint
from zoo.layers.standardization import Standardization
from zoo.layers.table_coding import TableCoding
from zoo.wrappers.columns import SHOWN, named, numbered, ordered
from zoo.wrappers.raw import Raw

EXAMPLES = np.array([0.0, 1.0, -1.0, 3.0])  # standardized, of each column, for golden outputs


@keras.saving.register_keras_serializable("zoo")
class Standardized(Raw):
    """Wraps a model that was trained on `(x - mean) / scale` as one of `x`.

    Columns may hold words, or empty cells: `TableCoding` makes samples of them. In an array, a word is its index and an
    empty cell is NaN; a data frame, and the endpoint `named`, have the words themselves.

    Args:
        model: A model of vectors of "real" numbers.
        mean: What is subtracted from each column, shape `(columns,)`; of one of words not used.
        scale: What each is divided by, likewise; above 0.
        columns: The columns' names. If given, data frames are taken by them, whatever their order, and so are the
            inputs of the endpoint `named`.
        empty: Of each column, the share of empty cells in training; None where no cell may be empty.
        words: Of each column, the words that it may hold; () of one of numbers.
        shares: Of each column, the share of each word in training.
        name: The wrapper's name; the wrapped one's if not given.
    """

    def __init__(
        self,
        model: Autoencoder,
        mean: Sequence[float] | np.ndarray,
        scale: Sequence[float] | np.ndarray,
        columns: Sequence[str] | None = None,
        empty: Sequence[float | None] | None = None,
        words: Sequence[Sequence[str]] | None = None,
        shares: Sequence[Sequence[float]] | None = None,
        name: str | None = None,
    ) -> None:
        plain = Standardization(mean, scale, name="standardize")
        width = np.size(plain.mean)
        if columns is not None:
            fits = len(set(columns)) == len(columns) == width
            checks.check(fits, "columns", f"{width} names, each another", list(columns)[:SHOWN])
        coded = empty is not None or words is not None
        if coded:
            empty, words, shares = (
                given or [none] * width for given, none in ((empty, None), (words, ()), (shares, ()))
            )
            fits = [len(known) for known in words] == [len(each) for each in shares]
            checks.check(fits, "shares", "one for each of the words", [len(each) for each in shares][:SHOWN])
            prepare, restore = (
                TableCoding(plain.mean, plain.scale, empty, shares, invert, name=called)
                for invert, called in ((False, "code_columns"), (True, "put_back"))
            )
            inside = model.encoder.inputs[0].shape[-1]
            checks.check(len(prepare.owners) == inside, "model", f"of {len(prepare.owners)} numbers", inside)
        else:
            prepare, restore = plain, Standardization(mean, scale, invert=True, name="put_back")
        super().__init__(
            model,
            prepare=prepare,
            restore=restore,
            raw_shape=(width,) if coded else None,
            name=name,
            mean=plain.mean,
            scale=plain.scale,
            columns=None if columns is None else tuple(columns),
            empty=empty,
            words=words,
            shares=shares,
        )

    def taken(self, name: str, values: Any) -> Any:
        """Returns raw samples as an array, a data frame's columns by their names, and words by their index."""
        values = ordered(values, self.columns)
        if self.words and hasattr(values, "columns"):
            values = numbered(values, self.columns, self.words)
        return super().taken(name, values)

    def check_values(self, name: str, values: np.ndarray, noisy: bool = False) -> None:
        """Raises `UsageError` unless numbers are finite, or missing where they may be, and words are known."""
        if self.empty and values.ndim == 2:
            may_be_empty = np.array([share is not None for share in self.empty])
            values = np.where(may_be_empty & np.isnan(values), 0, values)
        for i, known in enumerate(self.words or ()):
            if known and values.ndim == 2:
                index = values[:, i]
                good = (index >= 0) & (index < len(known)) & (index == np.floor(index))
                column = self.columns[i] if self.columns else i
                listed = ", ".join(map(repr, known[:SHOWN])) + (", ..." if len(known) > SHOWN else "")
                expected = f"words that training knew, {listed}, or their index from 0 on in an array"
                received = f"another in row {int(np.argmin(good))}"
                checks.check(good.all(), f"{name}, column {column!r},", expected, received)
        super().check_values(name, values, noisy)

    def endpoints(self) -> dict[str, Endpoint]:
        """Returns what the model offers, of raw samples; `named` and `columns` too, if the columns have names."""
        endpoints = super().endpoints()
        if isinstance(self.prepare, TableCoding) and "contributions" in endpoints:
            of_numbers = endpoints["contributions"]
            endpoints["contributions"] = of_numbers._replace(call=self._by_column(of_numbers.call))
        if self.columns is None:
            return endpoints
        values = np.add(self.mean, EXAMPLES[:, None] * self.scale).T
        words = self.words or [()] * len(self.columns)
        examples = {
            column: np.array([known[i % len(known)] for i in range(len(EXAMPLES))]) if known else value
            for column, known, value in zip(self.columns, words, values, strict=True)
        }
        return {**endpoints, **named(endpoints, self.columns, examples, words)}

    def _by_column(self, call: Callable[..., dict[str, tf.Tensor]]) -> Callable[..., dict[str, tf.Tensor]]:
        """Returns contributions summed over the numbers that come from a column, shape `(batch, columns)`."""

        def summed(*inputs: tf.Tensor) -> dict[str, tf.Tensor]:
            each = tf.transpose(call(*inputs)["contribution"])
            of_column = tf.math.unsorted_segment_sum(each, self.prepare.owners, len(self.mean))
            return {"contribution": tf.transpose(of_column)}

        return summed
