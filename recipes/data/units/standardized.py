"""Columns of a table, which become samples of about one scale: numbers, words and empty cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np

from recipes.data.units.scalings import SCALINGS
from zoo import UsageError
from zoo.layers.table_coding import TableCoding
from zoo.wrappers import standardized

if TYPE_CHECKING:
    from zoo.autoencoder import Autoencoder

MOST_LOST = 0.01  # of a column's standard deviation, by rounding to 32 bits


class Seen(NamedTuple):
    """What is to be known of the columns of training samples.

    Attributes:
        middle: Of each column the value that becomes 0, float64.
        scale: How far its values spread, likewise.
        lost: The most that rounding to 32 bits takes from one.
        empty: The share of empty cells.
        shares: The share of each of its words; nothing of a column of numbers.
    """

    middle: np.ndarray
    scale: np.ndarray
    lost: np.ndarray
    empty: np.ndarray
    shares: Sequence[np.ndarray]


@dataclass(frozen=True, eq=False)
class Standardized:
    """Columns of a table, which become samples by `(x - mean) / scale`; empty cells and words as `TableCoding` has it.

    Attributes:
        columns: The columns' names.
        mean: The middle of train's values by column, in the data's units, shape `(columns,)`, float32.
        scale: How far they spread, likewise; 1 for a column that is constant there, or of words.
        named: Whether the names are the data's own, so that an export takes columns by them.
        empty: Of each column, the share of empty cells in train; None where the data have none.
        words: Of each column, the words in the data; () of one of numbers.
        shares: Of each column, the share of each of its words in train.
    """

    columns: tuple[str, ...]
    mean: np.ndarray
    scale: np.ndarray
    named: bool = True
    empty: tuple[float | None, ...] = ()
    words: tuple[tuple[str, ...], ...] = ()
    shares: tuple[tuple[float, ...], ...] = ()
    output: ClassVar[str] = "real"

    @classmethod
    def fitted(
        cls,
        train: np.ndarray,
        columns: Sequence[str],
        source: str,
        named: bool = True,
        *,
        scaling: str = "standard",
        filled: Sequence[bool] | None = None,
        words: Sequence[Sequence[str]] | None = None,
    ) -> Standardized:
        """Takes mean and scale from training samples.

        Args:
            train: Shape `(n, columns)`, float64; words by their index, empty cells as NaN.
            columns: The columns' names.
            source: What an error calls the data.
            named: Whether the names are the data's own.
            scaling: "standard" takes mean and standard deviation, "robust" median and quartiles.
            filled: Of each column, whether the data have empty cells in it.
            words: Of each column, its words; () of one of numbers.

        Raises:
            UsageError: If float32, in which models compute, cannot distinguish a column's values, or all are empty.
        """
        words = words or [()] * train.shape[1]
        numbers = np.where([bool(known) for known in words], 0.0, train)
        empty = np.isnan(numbers).mean(axis=0)
        _check_some(empty, columns, source)
        middle, scale = SCALINGS[scaling](numbers)
        lost = np.nanmax(np.abs(numbers.astype("float32") - numbers), axis=0)
        shares = [
            np.bincount(train[:, i].astype(int), minlength=len(known)) / len(train) if known else np.zeros(0)
            for i, known in enumerate(words)
        ]
        return cls.by(Seen(middle, scale, lost, empty, shares), columns, source, named, filled=filled, words=words)

    @classmethod
    def by(
        cls,
        seen: Seen,
        columns: Sequence[str],
        source: str,
        named: bool = True,
        *,
        filled: Sequence[bool] | None = None,
        words: Sequence[Sequence[str]] | None = None,
    ) -> Standardized:
        """Takes mean and scale from what is known of training samples; all else as `fitted` does."""
        _check_some(seen.empty, columns, source)
        lost = seen.lost / seen.scale
        worst = int(np.argmax(lost))
        if lost[worst] > MOST_LOST:
            raise UsageError(
                f"{source}: column {columns[worst]!r} varies too little around {seen.middle[worst]:.6g} for 32-bit "
                "numbers: subtract a constant from it first."
            )
        return cls(
            tuple(columns),
            seen.middle.astype("float32"),
            seen.scale.astype("float32"),
            named,
            tuple(float(share) if has else None for share, has in zip(seen.empty, filled, strict=True))
            if filled
            else (),
            tuple(map(tuple, words or [()] * len(columns))),
            tuple(tuple(each.tolist()) for each in seen.shares),
        )

    @property
    def meaning(self) -> str:
        """What goes into an export, in words."""
        return "the columns' values as in the file"

    @property
    def plain(self) -> bool:
        """Whether all cells are numbers, so that a sample has as many numbers as there are columns."""
        return not any(self.words) and all(share is None for share in self.empty)

    def coding(self, invert: bool = False) -> TableCoding:
        """Returns the layer that makes samples of rows, or rows of samples."""
        return TableCoding(self.mean, self.scale, self.empty or [None] * len(self.columns), self.shares, invert)

    def samples(self, x: np.ndarray) -> np.ndarray:
        """Returns rows, shape `(n, columns)`, as samples, float32: words by their index, empty cells as NaN."""
        values = x.astype("float32")
        return (values - self.mean) / self.scale if self.plain else np.asarray(self.coding()(values))

    def raw(self, x: np.ndarray) -> np.ndarray:
        """Returns samples, shape `(n, width)`, in the data's own units, as `samples` takes them."""
        if self.plain:
            return x * self.scale + self.mean
        found = np.array(self.coding(invert=True)(x))
        coding = self.coding()
        flags = x[:, len(coding.numbers) :][:, : len(coding.filled)]
        for column, flag in zip(coding.filled, flags.T, strict=True):
            found[flag > 0, column] = np.nan  # a flag has two values, one below 0 and one above, or is always below
        return found

    def wrap(self, model: Autoencoder) -> Autoencoder:
        """Returns the model that takes raw values."""
        names = self.columns if self.named else None
        coded: Any = {} if self.plain else {"empty": self.empty, "words": self.words, "shares": self.shares}
        return standardized.Standardized(model, self.mean, self.scale, names, **coded)

    def inputs(self) -> dict[str, Any]:
        """Returns what `inputs.json` beside an export says of what goes in: the columns' names in their order."""
        found: dict[str, Any] = {"values": self.meaning, "columns": list(self.columns)}
        if any(self.words):
            found["words"] = {name: list(known) for name, known in zip(self.columns, self.words, strict=True) if known}
        if self.empty:
            found["may_be_empty"] = [
                name for name, share in zip(self.columns, self.empty, strict=True) if share is not None
            ]
        return {"x": found}


def _check_some(empty: np.ndarray, columns: Sequence[str], source: str) -> None:
    """Checks that no column has only empty cells, by their shares."""
    if (empty == 1).any():
        raise UsageError(f"{source}: column {columns[int(np.argmax(empty))]!r} is empty in all rows that train.")
