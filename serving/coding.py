"""Symbols as bytes, by a range coder, each with the counts of the table that belongs to it; and back.

Symbols of one table are coded together, table by table, so that there is one call for many symbols. Which table belongs
to which symbol is known before: a whole number, that of the channel, or one which is computed exactly. What a table has
no count for is coded as its last entry, the escape, and the symbol itself is written beside.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import constriction
import numpy as np

from serving import container
from serving.refusing import Refused

BAND = 1 << 21  # symbols that are sorted at a time: memory
MOST = 1 << 30  # of a symbol's magnitude
WORD = 32  # bits that the coder writes at a time
STATE = 64  # bits of the last words, which say as much as they need
UNIT = 2.0**-24  # what it rounds probabilities to, of which it leaves at least one to each entry
Slices = Iterator[tuple[int, np.ndarray]]


class Tables:
    """The tables of a model.

    Args:
        counts: The counts of all tables behind one another.
        lengths: How many of them each table has, the last being the escape's.
        first: The symbol that each table's first count is for.

    Attributes:
        least: The bits that a symbol of each table takes at least.

    Raises:
        ValueError: If these are no tables.
    """

    def __init__(self, counts: np.ndarray, lengths: np.ndarray, first: np.ndarray) -> None:
        ends = np.cumsum(lengths)
        if lengths.min() < 2 or ends[-1] != len(counts) or counts.min() < 1:
            raise ValueError("its tables have no counts for every symbol")
        self.counts = [counts[end - length : end] for end, length in zip(ends, lengths, strict=True)]
        self.first = first.astype("int32")
        self.least = np.array([_least(each) for each in self.counts])
        self.models: dict[int, constriction.stream.model.Categorical] = {}

    def model(self, table: int) -> constriction.stream.model.Categorical:
        """Returns what the coder takes, made once."""
        if table not in self.models:
            counts = self.counts[table].astype("float64")
            made = constriction.stream.model.Categorical(counts / counts.sum(), perfect=False, lazy=False)
            self.models[table] = made
        return self.models[table]


def _least(counts: np.ndarray) -> float:
    """Returns the bits of a table's likeliest entry, as the coder rounds probabilities."""
    return -math.log2(min(counts.max() / counts.sum() + 2 * UNIT, 1 - (len(counts) - 1) * UNIT))


class Encoder:
    """Codes symbols, and keeps those that escape.

    Attributes:
        escapes: The bytes of those.
    """

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.coder = constriction.stream.queue.RangeEncoder()
        self.escapes = bytearray()

    def add(self, symbols: np.ndarray, index: np.ndarray) -> None:
        """Codes symbols, int32, by the tables of an index of the same shape."""
        symbols, index = symbols.reshape(-1), index.reshape(-1)
        for table, places in _by_table(index):
            entries = symbols[places] - self.tables.first[table]
            last = len(self.tables.counts[table]) - 1
            outside = (entries < 0) | (entries >= last)
            if outside.any():
                for symbol in symbols[places][outside]:
                    self.escapes += container.number_of(container.folded(int(symbol)))
                entries = np.where(outside, last, entries)
            self.coder.encode(np.ascontiguousarray(entries, "int32"), self.tables.model(table))

    def content(self) -> bytes:
        """Returns the bytes, without zeros at the end of the last word, which the decoder adds."""
        words = self.coder.get_compressed().astype("<u4").tobytes()
        return words[:-4] + words[-4:].rstrip(b"\0") if words[-4:] != bytes(4) else words


class Decoder:
    """Finds symbols again.

    Args:
        name: What the file is called in an error.
        tables: The model's.
        content: The bytes that `Encoder.content` gave.
        escapes: An iterator over the bytes of those that escaped, shared by all decoders of a file.
    """

    def __init__(self, name: object, tables: Tables, content: bytes, escapes: Escapes) -> None:
        words = np.frombuffer(content + bytes(-len(content) % 4), "<u4").astype("uint32")
        self.name, self.tables, self.escapes = name, tables, escapes
        self.coder = constriction.stream.queue.RangeDecoder(words)
        self.bits = WORD * len(words) + STATE

    def check(self, shape: tuple[int, ...]) -> None:
        """Checks, before memory is taken for them, that so many symbols fit into the bytes.

        Args:
            shape: Of the symbols, `(rows, columns, channels)`, each of the table of its channel.

        Raises:
            Refused: If they do not, whatever they are.
        """
        rows, columns, channels = shape
        if rows * columns * float(self.tables.least[:channels].sum()) > self.bits:
            raise Refused(f"{self.name} has too few bytes for a picture of its size: fetch it again.")

    def take(self, index: np.ndarray) -> np.ndarray:
        """Returns symbols, int32, by the tables of an index, of its shape.

        Raises:
            Refused: If the bytes are none that were coded so.
        """
        flat = index.reshape(-1)
        symbols = np.empty(flat.shape, "int32")
        for table, places in _by_table(flat):
            try:
                entries = self.coder.decode(self.tables.model(table), len(places))
            except Exception as error:  # whatever the coder makes of bytes that it did not write
                raise Refused(f"{self.name} holds no symbols of this model ({error}): fetch it again.") from None
            found = entries + self.tables.first[table]
            for place in np.flatnonzero(entries == len(self.tables.counts[table]) - 1):
                found[place] = self.escapes.take()
            symbols[places] = found
        return symbols.reshape(index.shape)


class Escapes:
    """The symbols that escaped, one after the other.

    Args:
        name: What the file is called in an error.
        content: Their bytes.
    """

    def __init__(self, name: object, content: bytes) -> None:
        self.name = name
        self.numbers = container.Numbers(name, content, 0)

    def take(self) -> int:
        """Returns the next one.

        Raises:
            Refused: If there is none, or none that a model makes.
        """
        symbol = container.unfolded(next(self.numbers))
        if abs(symbol) > MOST:
            raise Refused(f"{self.name} holds symbols that no model makes: fetch it again.")
        return symbol


def bands(rows: int, symbols_a_row: int) -> Iterator[slice]:
    """Yields the rows that are coded at a time: as many as hold 2^21 symbols, and at least one."""
    step = max(1, BAND // max(1, symbols_a_row))
    for begin in range(0, rows, step):
        yield slice(begin, min(begin + step, rows))


def _by_table(index: np.ndarray) -> Slices:
    """Yields each table that occurs, from the first on, and the places of its symbols in their order."""
    order = np.argsort(index, kind="stable")
    ends = np.cumsum(np.bincount(index))
    for table, places in enumerate(np.split(order, ends[:-1]) if len(index) else ()):
        if len(places):
            yield table, places
