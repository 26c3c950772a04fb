"""What every data set loads into: three parts that share no sample, where they came from, and what raw values mean."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from recipes.data import keys
from recipes.data.parts import PARTS, Parts
from recipes.data.units import Pixels, Units
from recipes.training.streaming import Streamed

if TYPE_CHECKING:
    from zoo.autoencoder import Autoencoder

SHOWN = 10  # samples that a figure has room for
EXAMPLES = 8  # test samples whose outputs lie beside an export
CALIBRATING = 128  # validation samples that show how large numbers become within a model


class Described(Protocol):
    """What a data set of any shape says of itself; `Splits` says what each is."""

    @property
    def key(self) -> str:
        """What published numbers are found by."""
        ...

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


class Measured(Described, Protocol):
    """A data set on which a model is trained and measured, whatever it holds."""

    @property
    def hyperparameters(self) -> dict[str, str]:
        """The hyperparameters that its samples ask for."""
        ...

    def wrap(self, model: Autoencoder) -> Autoencoder:
        """Returns the model that takes raw values."""
        ...

    def examples(self) -> np.ndarray:
        """Returns a few raw inputs, whose outputs lie beside an export."""
        ...

    def calibration(self) -> np.ndarray:
        """Returns raw validation inputs, by which formats that round know how large numbers become."""
        ...

    def inputs(self) -> dict[str, Any]:
        """Returns what `inputs.json` beside an export says of what goes in."""
        ...


@dataclass(frozen=True, eq=False)
class Part:
    """Samples `x`, shape `(n, *shape)`, float32, and their labels `y`, shape `(n,)`, int64; all 0 without labels."""

    x: np.ndarray
    y: np.ndarray

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True, eq=False)
class Splits(Parts[Part]):
    """A data set, split before anything looks at it: a mapping of the parts `train`, `validation` and `test`.

    Attributes:
        train: What models are fitted to.
        validation: What every choice is made on.
        test: What is read once, at the end.
        name: The data set's name, for people.
        source: Where the data came from.
        split: How it was split, in a sentence.
        licence: The data's terms, as far as known.
        units: How raw values become samples.
        labels: The labels' names, which `y` counts from 0; empty where there are no labels.
        notes: Remarks on the loading, for people, such as files that were skipped; lines, or nothing.
        streamed: What trains, where it does not fit in memory: `train` then has some of it.
    """

    train: Part
    validation: Part
    test: Part
    name: str
    source: str
    split: str
    licence: str
    units: Units = field(default_factory=Pixels)
    labels: tuple[str, ...] = ()
    notes: str = ""
    streamed: Streamed | None = None

    @property
    def training(self) -> np.ndarray | Streamed:
        """What models are fitted to: the samples of `train`, or all that is read from disk."""
        return self.train.x if self.streamed is None else self.streamed

    @functools.cached_property
    def checksum(self) -> str:
        """SHA-256 over the values and labels of all parts in order, the same for any files that hold them so."""
        digest = hashlib.sha256(self.streamed.checksum.encode() if self.streamed else b"")
        for part in (self.train, self.validation, self.test):
            digest.update(np.ascontiguousarray(part.x).tobytes())
            digest.update(np.ascontiguousarray(part.y, dtype="int64").tobytes())
        return digest.hexdigest()

    @functools.cached_property
    def key(self) -> str:
        """What published numbers are found by, such as "mnist": known by the samples, in any order and of any files."""
        return keys.key(self.fingerprint)

    @functools.cached_property
    def fingerprint(self) -> str:
        """SHA-256 over the samples that train or validate and over those that test, each in any order."""
        rows = {
            part: (x.tobytes() + y.tobytes() for x, y in zip(self[part].x, self[part].y.astype("int64"), strict=True))
            for part in self
        }
        return keys.fingerprint([*rows["train"], *rows["validation"]], rows["test"])

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of a sample."""
        return self.train.x.shape[1:]

    @property
    def pictures(self) -> bool:
        """Whether samples can be looked at: grey, shape `(height, width)`, or of three colors."""
        return len(self.shape) == 2 or (len(self.shape) == 3 and self.shape[-1] == 3)

    @property
    def hyperparameters(self) -> dict[str, str]:
        """The hyperparameters that these samples ask for: none for pixels, which are every model's default."""
        return {} if self.units.output == "pixels" else {"output": self.units.output}

    def shown(self, part: str = "test") -> np.ndarray:
        """Returns the indices of the samples that figures show: the first of each label, or simply the first ones."""
        y = self[part].y
        first = np.unique(y, return_index=True)[1] if self.labels else np.arange(len(y))
        return first[:SHOWN]

    def raw(self, x: np.ndarray) -> np.ndarray:
        """Returns samples, shape `(n, *shape)`, in the data's own units."""
        return self.units.raw(x)

    def wrap(self, model: Autoencoder) -> Autoencoder:
        """Returns the model that takes raw values: what makes samples of them travels inside."""
        return self.units.wrap(model)

    def examples(self) -> np.ndarray:
        """Returns the first test samples, raw."""
        return self.raw(self.test.x[:EXAMPLES])

    def calibration(self) -> np.ndarray:
        """Returns the first validation samples, raw."""
        return self.raw(self.validation.x[:CALIBRATING])

    def inputs(self) -> dict[str, Any]:
        """Returns what `inputs.json` beside an export says of what goes in."""
        return self.units.inputs()


def drawn(y: np.ndarray, seed: int) -> dict[str, np.ndarray]:
    """Draws each part's rows, 60%, 20% and 20%, each label in these shares.

    Args:
        y: Labels, shape `(n,)`.
        seed: Seed of the draw.

    Returns:
        By part, the rows in rising order.
    """
    shuffled = np.random.default_rng(seed).permutation(len(y))
    by_label = shuffled[np.argsort(y[shuffled], kind="stable")]
    turn = np.arange(len(y)) % 5  # of every five rows three train, one validates and one tests
    turns: dict[str, tuple[int, ...]] = {"train": (0, 1, 2), "validation": (3,), "test": (4,)}
    return {part: np.sort(by_label[np.isin(turn, of_part)]) for part, of_part in turns.items()}


def sentence(rows: Mapping[str, np.ndarray], seed: int, what: str, labels: str | None) -> str:
    """Says how `drawn` split samples, which are called `what`; `labels` names a label, where there are any."""
    train, validation, test = (len(rows[part]) for part in PARTS)
    by_label = f", each {labels} in these shares" if labels else ""
    return (
        f"of {train + validation + test:,} {what}, drawn with seed {seed}, 60% train ({train:,}), 20% validate "
        f"({validation:,}) and 20% test ({test:,}){by_label}"
    )


def unlabelled(count: int) -> tuple[tuple[str, ...], np.ndarray]:
    """Returns what `indexed` does, for so many samples without labels."""
    return (), np.zeros(count, "int64")


def indexed(words: np.ndarray) -> tuple[tuple[str, ...], np.ndarray]:
    """Returns the labels' names, numbers by their value and words by the alphabet, and each sample's index, int64."""
    found, index = np.unique(words, return_inverse=True)
    names = [str(int(name)) if isinstance(name, np.floating) and name == int(name) else str(name) for name in found]
    order = list(range(len(names)))
    if all(is_number(name) for name in names):
        order.sort(key=lambda i: float(names[i]))
    place = np.empty(len(names), "int64")
    place[order] = np.arange(len(names))
    return tuple(names[i] for i in order), place[index.reshape(-1)]


def is_number(word: str) -> bool:
    """Says whether a word is a number."""
    try:
        float(word)
    except ValueError:
        return False
    return True
