"""What every data set loads into: three parts that share no sample, and where they came from."""

import hashlib
from dataclasses import dataclass
from typing import Protocol

import numpy as np


class Described(Protocol):
    """What a data set of any shape says of itself; `Splits` says what each is."""

    @property
    def name(self) -> str:
        """The data set's name, for people."""
        ...

    @property
    def source(self) -> str:
        """Where the data came from."""
        ...

    @property
    def split(self) -> str:
        """How it was split, in a sentence."""
        ...

    @property
    def licence(self) -> str:
        """The data's terms, as far as known."""
        ...

    @property
    def checksum(self) -> str:
        """SHA-256 over the data."""
        ...


@dataclass(frozen=True)
class Part:
    """Samples `x`, shape `(n, *shape)`, float32, and their labels `y`, shape `(n,)`, integers."""

    x: np.ndarray
    y: np.ndarray

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True)
class Splits:
    """A data set, split before anything looks at it.

    Attributes:
        train: What models are fitted to.
        validation: What every choice is made on.
        test: What is read once, at the end.
        name: The data set's name, for people.
        source: Where the data came from.
        split: How it was split, in a sentence.
        licence: The data's terms, as far as known.
    """

    train: Part
    validation: Part
    test: Part
    name: str
    source: str
    split: str
    licence: str

    @property
    def checksum(self) -> str:
        """SHA-256 over the values and labels of all parts in order, the same for any files that hold them so."""
        digest = hashlib.sha256()
        for part in (self.train, self.validation, self.test):
            digest.update(np.ascontiguousarray(part.x).tobytes())
            digest.update(np.ascontiguousarray(part.y, dtype="int64").tobytes())
        return digest.hexdigest()
