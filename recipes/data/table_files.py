"""'DATA/part-*.parquet': tables by a pattern between quotes, be their rows more than memory holds.

Samples are those of a single table (`recipes/data/table.py`). Which part a row belongs to is known from a hash of its
values, so that it is the same in any number of files. Two passes, of Parquet files without words one, find words, means
and deviations; what validates and tests is held in memory, and what trains is read anew in each epoch, unless memory
holds it too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from recipes.data import hashing, table
from recipes.data.hashing import Shares
from recipes.data.moments import Moments
from recipes.data.parts import PARTS
from recipes.data.splits import Part, Splits, indexed, unlabelled
from recipes.data.units import Standardized
from recipes.reading import patterns, tables
from recipes.reading.tables import Kind, Table
from recipes.training.lanes import CHANGED, Lanes
from recipes.training.streaming import Share, Streamed
from zoo import UsageError

KEY = "table_files"
FORM = "rows"
BUFFER = 64_000_000  # bytes of rows that are shuffled together
HELD = ("held", "validation", "test")


@dataclass(frozen=True)
class Files:
    """Tables with the same columns, as one.

    Attributes:
        tables: The tables, in the order of their names.
        kinds: The columns that are taken, by name, and what they hold.
        label: The column of labels, if there is one.
        seed: Of the split.
        words: By column of words, the index of each of its words; known after `count`.
    """

    tables: list[Table]
    kinds: Mapping[str, Kind]
    label: str | None
    seed: int
    words: dict[str, dict[str, int]] = field(default_factory=dict)

    def count(self) -> int:
        """Finds the words of all columns, sorted, and returns how many rows there are."""
        seen: dict[str, dict[str, int]] = {name: {} for name, kind in self.kinds.items() if kind == "word"}
        there: dict[str, set[int]] = {name: set() for name in seen}
        counts = [one.count() for one in self.tables] if not seen else [None]
        if None not in counts:
            return sum(count or 0 for count in counts)
        rows = 0
        for one in self.tables:
            for x, _ in table.blocks(one, self.kinds, self.label, seen):
                rows += len(x)
                for i, name in enumerate(self.kinds):
                    if name in seen:
                        there[name] |= set(np.unique(x[:, i]).astype(int).tolist())
        for name in seen:
            words = sorted(word for word, place in seen[name].items() if place in there[name])
            self.words[name] = {word: i for i, word in enumerate(words)}
        return rows

    @property
    def listed(self) -> list[tuple[str, ...]]:
        """Of each column its words, sorted; () of one of numbers."""
        return [tuple(self.words.get(name, ())) for name in self.kinds]

    def blocks(self, number: int) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Yields a file's rows as `table.blocks` does, and their hashes.

        Raises:
            UsageError: If the file is not what it should be.
        """
        known = self.listed
        hashes = [hashing.of_words(words) if words else None for words in known]
        seen = {name: dict(words) for name, words in self.words.items()}  # where blank rows may enter an empty word
        for x, labels in table.blocks(self.tables[number], self.kinds, self.label, seen):
            for column, words in zip(x.T, known, strict=True):
                if words and (column >= len(words)).any():
                    raise UsageError(f"{self.tables[number].name} {CHANGED}.")
            yield x, labels, hashing.of_rows(x, hashes, self.seed)


class Rows(Streamed):
    """The rows that train, read file by file.

    Args:
        files: The files.
        counts: How many rows of each of them train, by label.
        shares: How large the parts are.
        units: How rows become samples.
        held: The samples that are held.
        checksum: Of all rows.
        label: The label of the rows that are meant; all if None.
    """

    def __init__(
        self,
        files: Files,
        counts: Sequence[Counter],
        shares: Shares,
        units: Standardized,
        held: np.ndarray,
        checksum: str,
        label: str | None = None,
    ) -> None:
        self.files, self.counts, self.parts, self.units = files, counts, shares, units
        self.held, self.checksum, self.label = held, checksum, label
        rows = [of_file.total() if label is None else of_file[label] for of_file in counts]
        self.lanes = Lanes(rows, self.samples, BUFFER // (4 * held.shape[1]), [one.name for one in files.tables])

    def __len__(self) -> int:
        """Returns how many train."""
        return sum(self.lanes.counts)

    def only(self, label: str, held: np.ndarray) -> Rows:
        """Returns those with a label alone."""
        return Rows(self.files, self.counts, self.parts, self.units, held, self.checksum, label)

    def samples(self, number: int) -> Iterator[np.ndarray]:
        """Yields a file's samples that train."""
        for x, labels, hashes in self.files.blocks(number):
            wanted = self.parts.parts(hashes)["train"]
            yield self.units.samples(x[wanted if self.label is None else wanted & (labels == self.label)])

    def ends(self, size: int) -> np.ndarray:
        """Returns how many samples have been seen after each batch of an epoch."""
        return self.lanes.ends(size)

    def shares(self, size: int, seed: int, epoch: int, worker: int = 0, workers: int = 1) -> Iterator[Share]:
        """Yields what a worker has of each batch of an epoch."""
        return self.lanes.shares(size, seed, epoch, worker, workers)


@dataclass
class Found:
    """What a pass over all files has found.

    Attributes:
        moments: Of the rows that train.
        counts: Of each file, how many rows train, by label.
        sums: By part, the sum of the rows' hashes, of 64 bits.
        rows: By part, and for "held", how many there are.
        empty: Of each column, how many cells are empty, in all rows.
        x: By what is held, the rows.
        labels: Likewise, their labels.
    """

    moments: Moments
    counts: list[Counter]
    sums: dict[str, int]
    rows: dict[str, int]
    empty: np.ndarray
    x: dict[str, np.ndarray]
    labels: dict[str, np.ndarray]


def reads(source: str) -> bool:
    """Says whether the source is a pattern of tables."""
    return patterns.is_pattern(source, table.ENDINGS)


def load(
    source: str,
    label: str | None = None,
    columns: Sequence[str] | None = None,
    header: str | None = None,
    categories: Sequence[str] | None = None,
    seed: int = 0,
) -> Splits:
    """Loads the tables that a pattern matches, as `table.load` does a single one; numbers are scaled by deviation.

    Args:
        source: The pattern.
        label: The name of the column that holds labels.
        columns: The names of the columns to take; all but the label if not given.
        header: "yes" or "no": whether the first line of each file names the columns.
        categories: The names of columns whose cells are words, though they may be numbers.
        seed: Seed of the split.

    Raises:
        UsageError: If there is no such file, if one is not what it should be, or has other columns than the first.
    """
    files = _opened(source, label, columns, header, categories or (), seed)
    names, count = list(files.kinds), files.count()
    known = files.listed
    shares = Shares.fitting(count, sum(len(words) or 2 for words in known))  # a number may have a flag beside it
    found = _pass(files, shares)
    if sum(found.rows[part] for part in PARTS) < table.FEWEST or not all(found.rows[part] for part in PARTS):
        raise UsageError(
            f"{source} must have at least {table.FEWEST} different rows, and some in each part. Received: "
            f"{', '.join(f'{found.rows[part]:,} for {part}' for part in PARTS)}."
        )
    units = Standardized.by(
        found.moments.seen(),
        names,
        source,
        filled=(found.empty > 0).tolist() if found.empty.any() else None,
        words=known if any(known) else None,
    )
    words = np.concatenate([found.labels[part] for part in HELD]).astype(str)
    labels, y = unlabelled(len(words)) if label is None else indexed(words)
    ends = np.cumsum([len(found.labels[part]) for part in HELD])
    train, validation, test = (
        Part(units.samples(found.x[part]), of) for part, of in zip(HELD, np.split(y, ends[:-1]), strict=True)
    )
    checksum = hashing.checksum(found.sums, found.rows, names, seed)
    streamed = None if shares.whole else Rows(files, found.counts, shares, units, train.x, checksum)
    return Splits(
        train,
        validation,
        test,
        name=Path(source).name,
        source=source,
        split=shares.sentence(found.rows, seed, f"rows in {len(files.tables):,} file{'s'[: len(files.tables) - 1]}"),
        licence="see its source",
        units=units,
        labels=labels,
        notes="\n".join(table.notes(files.tables[0], names, found.empty, known)),
        streamed=streamed,
    )


def _opened(
    source: str,
    label: str | None,
    columns: Sequence[str] | None,
    header: str | None,
    categories: Sequence[str],
    seed: int,
) -> Files:
    """Opens all files; the first one says what the columns hold."""
    opened = [tables.opened(file, header != "no") for file in patterns.matched(source)]
    first = opened[0]
    if header is None and first.dialect:
        table.check_header(first)
    names = table.chosen(first, label, columns, categories)
    for one in opened[1:]:
        wanted = set(names) | ({label} if label else set()) if columns else set(first.names)
        missing, more = sorted(wanted - set(one.names)), sorted(set(one.names) - wanted)
        if missing or (more and not columns):
            said = f"it lacks {missing[0]!r}" if missing else f"it has {more[0]!r} besides"
            raise UsageError(
                f"{one.name} has other columns than {first.name}: {said}. Take tables with the same columns, or name "
                "those that all have with --columns."
            )
    return Files(opened, table.kinds_of(first, names, categories), label, seed)


def _pass(files: Files, shares: Shares) -> Found:
    """Reads all files once."""
    found = Found(
        Moments([len(words) for words in files.listed]),
        counts=[],
        sums=dict.fromkeys(PARTS, 0),
        rows=dict.fromkeys((*PARTS, "held"), 0),
        empty=np.zeros(len(files.kinds), int),
        x={},
        labels={},
    )
    held: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {part: [] for part in HELD}
    for number in range(len(files.tables)):
        found.counts.append(Counter())
        for x, labels, hashes in files.blocks(number):
            parts = shares.parts(hashes)
            found.counts[-1].update(labels[parts["train"]].tolist())
            found.empty += np.isnan(x).sum(axis=0)
            found.moments.add(x[parts["train"]])
            for part, belongs in parts.items():
                found.rows[part] += int(belongs.sum())
                if part in PARTS:
                    found.sums[part] = (found.sums[part] + int(hashes[belongs].sum())) % 2**64
                if part in HELD:
                    held[part].append((x[belongs], labels[belongs]))
    for part in HELD:
        found.x[part] = np.concatenate([np.zeros((0, len(files.kinds))), *(x for x, _ in held[part])])
        found.labels[part] = np.concatenate([np.zeros(0, object), *(of_rows for _, of_rows in held[part])])
    return found
