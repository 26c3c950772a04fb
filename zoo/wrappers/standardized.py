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
from zoo.wrappers.columns import SHOWN, check_names, named, numbered, ordered
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
        empty: Of each column, the share of empty cells in training; None where no cell may be empty. () if nowhere.
        words: Of each column, the words that it may hold; () of one of numbers. () if there are none.
        shares: Of each column, the share of each word in training, likewise.
        name: The wrapper's name; the wrapped one's if not given.
    """

    def __init__(
        self,
        model: Autoencoder,
        mean: Sequence[float] | np.ndarray,
        scale: Sequence[float] | np.ndarray,
        columns: Sequence[str] | None = None,
        empty: Sequence[float | None] = (),
        words: Sequence[Sequence[str]] = (),
        shares: Sequence[Sequence[float]] = (),
        name: str | None = None,
    ) -> None:
        prepare: keras.Layer = Standardization(mean, scale, name="standardize")
        restore: keras.Layer = Standardization(mean, scale, invert=True, name="put_back")
        mean, scale, width = prepare.mean, prepare.scale, np.size(prepare.mean)
        check_names(columns, width)
        coded = bool(empty or words)
        if coded:
            empty, words, shares = empty or [None] * width, words or [()] * width, shares or [()] * width
            fits = [len(known) for known in words] == [len(each) for each in shares]
            checks.check(fits, "shares", "one for each of the words", [len(each) for each in shares][:SHOWN])
            prepare = TableCoding(mean, scale, empty, shares, name="code_columns")
            restore = TableCoding(mean, scale, empty, shares, invert=True, name="put_back")
            inside, expected = model.encoder.inputs[0].shape[-1], len(prepare.owners)
            checks.check(inside == expected, "model", f"of {expected} numbers", inside)
        super().__init__(
            model,
            prepare=prepare,
            restore=restore,
            raw_shape=(width,) if coded else None,
            name=name,
            mean=mean,
            scale=scale,
            columns=None if columns is None else tuple(columns),
            empty=list(empty),
            words=list(words),
            shares=list(shares),
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
        for i, known in enumerate(self.words):
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
            return {"contribution": self.prepare.by_column(call(*inputs)["contribution"])}

        return summed
