"""Which part a sample belongs to, by a hash of what it holds: the same in any files, any order and by any worker.

Equal samples are in one part, so that none trains and tests. What validates and tests, and so much of what trains as
measures and baselines look at, is held in memory: of large data that is a smaller share of them.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from recipes.data.parts import PARTS

MEASURED = 0.2  # of all samples, at the most, validate, and as many test
MOST_SAMPLES = 500_000  # of a part that are held
MOST_BYTES = 64_000_000  # that they take
LEAST_SAMPLES = 100  # of a part, however large each is
EMPTY = np.uint64(0x7FF8000000000000)  # stands for a cell that holds no number, whatever NaN it is
# Of SplitMix64, whose 64 bits of any two inputs are as good as independent (Steele, Lea and Flood 2014).
STEP, FIRST, SECOND = (np.uint64(x) for x in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))


@dataclass(frozen=True)
class Shares:
    """How large the parts are.

    Attributes:
        measured: The share that tests, and as large a share validates; all others train.
        held: The share that trains and is held in memory besides.
    """

    measured: float
    held: float

    @classmethod
    def fitting(cls, samples: int, numbers: int) -> "Shares":
        """Returns the shares of so many samples, of so many numbers each, that memory holds."""
        most = min(MOST_SAMPLES, max(LEAST_SAMPLES, MOST_BYTES // (4 * numbers))) / max(1, samples)
        measured = min(MEASURED, most)
        return cls(measured, min(1 - 2 * measured, most))

    @property
    def whole(self) -> bool:
        """Whether all that trains is held."""
        return 2 * self.measured + self.held > 1 - 1e-9

    def parts(self, hashes: np.ndarray) -> dict[str, np.ndarray]:
        """Returns by part, and for "held", which samples belong to it, booleans, by their hashes, shape `(n,)`."""
        place = (hashes >> np.uint64(11)) * 2.0**-53  # evenly in [0, 1)
        train = place >= 2 * self.measured
        return {
            "train": train,
            "validation": ~train & (place >= self.measured),
            "test": place < self.measured,
            "held": train & (place < 2 * self.measured + self.held),
        }

    def sentence(self, counts: Mapping[str, int], seed: int, what: str) -> str:
        """Says how samples, which are called `what`, were split; `counts` has those of the parts, and of "held"."""
        total = sum(counts[part] for part in PARTS)
        train, validation, test = (f"{100 * counts[part] / total:.3g}%" for part in PARTS)
        held = "" if self.whole else f"; measures and baselines look at {counts['held']:,} of those that train"
        return (
            f"of {total:,} {what}, by a hash of what they hold and seed {seed}, {train} train ({counts['train']:,}), "
            f"{validation} validate ({counts['validation']:,}) and {test} test ({counts['test']:,}){held}"
        )


def of_rows(x: np.ndarray, words: Sequence[np.ndarray | None], seed: int) -> np.ndarray:
    """Returns the hashes of rows, shape `(n,)`, uint64.

    Args:
        x: Shape `(n, columns)`, float64; empty cells as NaN, words by their index.
        words: Of each column of words, their hashes by index; None for one of numbers.
        seed: Gives other hashes.
    """
    found = np.full(len(x), _mixed(np.array([seed], "uint64"))[0])
    for column, known in zip(x.T, words, strict=True):
        found = _mixed(found ^ (_bits(column) if known is None else known[column.astype(int)]))
    return found


def of_words(words: Sequence[str]) -> np.ndarray:
    """Returns the hashes of words, shape `(n,)`, uint64."""
    return np.array([of_bytes(word.encode(), 0) for word in words], "uint64")


def of_bytes(content: bytes, seed: int) -> int:
    """Returns the hash of a file's content, 64 bits."""
    digest = hashlib.blake2b(content, digest_size=8, salt=seed.to_bytes(16, "big")).digest()
    return int.from_bytes(digest, "big")


def checksum(hashes: Mapping[str, int], *besides: object) -> str:
    """Returns SHA-256 over the sums of the parts' hashes, the same for any order, and what else there is to say."""
    return hashlib.sha256(repr([sorted(hashes.items()), *besides]).encode()).hexdigest()


def _bits(column: np.ndarray) -> np.ndarray:
    """Returns what numbers look like, uint64: the same for all that are equal, and for all empty cells."""
    return np.where(np.isnan(column), EMPTY, (column + 0.0).view("uint64"))


def _mixed(bits: np.ndarray) -> np.ndarray:
    """Returns a step of SplitMix64."""
    bits = bits + STEP
    bits = (bits ^ (bits >> np.uint64(30))) * FIRST
    bits = (bits ^ (bits >> np.uint64(27))) * SECOND
    return bits ^ (bits >> np.uint64(31))
