"""'PHOTOS/**/*.jpg': pictures by a pattern between quotes, be they more than memory holds; folders are labels.

Samples are those of a folder (`recipes/data/pictures.py`). Which part a picture belongs to is known from a hash of its
file, so that copies are in one part. One pass decodes each file, and says which cannot be used; what validates and
tests is held in memory, and what trains is decoded anew in each epoch, by several threads, unless memory holds it too.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recipes.data import hashing, images, pictures
from recipes.data.hashing import Shares
from recipes.data.parts import PARTS
from recipes.data.splits import Part, Splits, indexed, unlabelled
from recipes.data.units import Framed
from recipes.reading import patterns
from recipes.reading.pictures import ENDINGS, Whites, common_white, facts, read
from recipes.training.streaming import Share, Streamed, order, own
from zoo import UsageError, checks

KEY = "picture_files"
HELD = ("held", "validation", "test")


@dataclass(frozen=True)
class Seen:
    """What was seen of a file.

    Attributes:
        hash: Of its content.
        channels: 1 if the picture is grey.
        several: Whether it has other frames or pages.
        x: The picture, shape `(height, width, channels)`, if it is held.
        parts: The parts that it belongs to, and "held".
    """

    hash: int
    channels: int
    several: bool
    x: np.ndarray | None
    parts: tuple[str, ...]


class Pictures(Streamed):
    """The pictures that train, decoded batch by batch.

    Args:
        files: Their files, and the label of each.
        decode: From a file to its sample.
        held: The samples that are held.
        checksum: Of all pictures.
    """

    def __init__(
        self, files: Mapping[Path, str], decode: Callable[[Path], np.ndarray], held: np.ndarray, checksum: str
    ) -> None:
        self.labels, self.files = files, list(files)
        self.decode, self.held, self.checksum = decode, held, checksum

    def __len__(self) -> int:
        """Returns how many train."""
        return len(self.files)

    def only(self, label: str, held: np.ndarray) -> Pictures:
        """Returns those with a label alone."""
        files = {file: other for file, other in self.labels.items() if other == label}
        return Pictures(files, self.decode, held, self.checksum)

    def ends(self, size: int) -> np.ndarray:
        """Returns how many samples have been seen after each batch of an epoch."""
        return np.append(np.arange(size, len(self), size), len(self))

    def shares(self, size: int, seed: int, epoch: int, worker: int = 0, workers: int = 1) -> Iterator[Share]:
        """Yields what a worker has of each batch of an epoch: it decodes these files alone."""
        numbers, before = order(len(self), seed, epoch), 0
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            for end in self.ends(size):
                batch, before = numbers[before:end], end
                mine = own(len(batch), worker, workers)
                x = threads.map(self.decode, [self.files[number] for number in batch[mine]])
                yield Share(np.stack(list(x)), mine.start, len(batch))


def reads(source: str) -> bool:
    """Says whether the source is a pattern of pictures."""
    return patterns.is_pattern(source, ENDINGS)


def load(
    source: str,
    size: Sequence[int] | None = None,
    channels: int | None = None,
    framing: str = "crop",
    white: float | None = None,
    seed: int = 0,
) -> Splits:
    """Loads the pictures that a pattern matches, as `pictures.load` does those of a folder.

    Args:
        source: The pattern.
        size: Height and width, or one number for both; as of a folder if not given.
        channels: 1 for grey, 3 for color; if not given, grey where all pictures are.
        framing: "crop" fills the frame, "pad" keeps all of each picture, with black borders.
        white: The value that is white in pictures of more than 8 bits; found from the files if not given.
        seed: Seed of the split.

    Raises:
        UsageError: If there are no such files, or too few can be used.
    """
    checks.check(channels in (None, 1, 3), "channels", "1 for grey or 3 for color", channels)
    files = patterns.matched(source)
    height, width = pictures.size_of(size, files)
    whites, notes = common_white(files, white)
    frame = pictures.framer((height, width), framing)
    shares = Shares.fitting(len(files), height * width * (channels or 3))
    seen, skipped = _pass(files, shares, lambda file: _look(file, shares, whites, channels, frame, seed))
    counts = {part: sum(part in one.parts for one in seen.values()) for part in (*PARTS, "held")}
    if len(seen) < pictures.FEWEST or not all(counts.values()):
        raise UsageError(
            f"{source}: at least {pictures.FEWEST} different pictures are needed, and some in each part. Received: "
            f"{', '.join(f'{counts[part]:,} for {part}' for part in PARTS)}."
            + (f" {skipped[0][0]} {skipped[0][1]}." if skipped else "")
        )
    color = any(one.channels == 3 for one in seen.values())
    labels, y = _labels(list(seen), source)

    def part(name: str) -> Part:
        at = [i for i, one in enumerate(seen.values()) if name in one.parts]
        held = [one.x for one in seen.values() if name in one.parts and one.x is not None]
        return Part(pictures.stacked(held, (height, width), color), y[at])

    train, validation, test = map(part, HELD)
    units = Framed((height, width), framing, (3,) if color else ())

    def decode(file: Path) -> np.ndarray:
        x = frame(read(file, whites).as_bytes(3 if color else 1))
        return x if color else x[..., 0]

    sums = {part: sum(one.hash for one in seen.values() if part in one.parts) % 2**64 for part in PARTS}
    checksum = hashing.checksum(sums, counts, height, width, framing, color, seed)
    words = [labels[i] if labels else "" for i in y]
    files_of = {file: word for (file, one), word in zip(seen.items(), words, strict=True) if "train" in one.parts}
    several = [str(file) for file, one in seen.items() if one.several]
    return Splits(
        train,
        validation,
        test,
        name=Path(source).name,
        source=source,
        split=f"{shares.sentence(counts, seed, 'pictures')}; {pictures.shown(units)}",
        licence="see its source",
        units=units,
        labels=labels,
        notes=images.summary([*notes, *images.first_of(several)], skipped, pictures.NAMED),
        streamed=None if shares.whole else Pictures(files_of, decode, train.x, checksum),
    )


def _pass(
    files: Sequence[Path], shares: Shares, look: Callable[[Path], Seen | str]
) -> tuple[dict[Path, Seen], list[tuple[str, str]]]:
    """Looks at all files; returns what was seen of those that can be used, and the others with the reason."""
    seen, skipped = {}, []
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        for file, found in zip(files, threads.map(look, files), strict=True):
            if isinstance(found, Seen):
                seen[file] = found
            else:
                skipped.append((str(file), found))
    return seen, skipped


def _look(
    file: Path,
    shares: Shares,
    whites: Whites,
    channels: int | None,
    frame: Callable[[np.ndarray], np.ndarray],
    seed: int,
) -> Seen | str:
    """Returns what is to be known of a file, or why it cannot be used."""
    try:
        picture, count = read(file, whites), facts(file).count
    except UsageError as error:
        return str(error).removeprefix(f"{file} ").rstrip(".")
    number = hashing.of_bytes(file.read_bytes(), seed)
    belongs = shares.parts(np.array([number], "uint64"))
    parts = tuple(part for part, found in belongs.items() if found[0])
    wanted = channels or pictures.channels_of(picture)
    x = frame(picture.as_bytes(wanted)) if set(parts) & set(HELD) else None
    return Seen(number, wanted, count > 1, x, parts)


def _labels(files: Sequence[Path], source: str) -> tuple[tuple[str, ...], np.ndarray]:
    """Returns the labels' names and the index of each file: the folders in which the pattern begins.

    Raises:
        UsageError: If these are called as parts are.
    """
    names = [file.relative_to(patterns.root(source)).as_posix() for file in files]
    words = pictures.labelled(names, source)
    found = set(words.tolist())
    if found <= pictures.PARTS.keys() and {"train", "test"} <= found:
        raise UsageError(
            f"--data {source} matches folders called train and test, whose parts a pattern does not keep: give the "
            f"folder {patterns.root(source)} itself, or a pattern within train alone."
        )
    return indexed(words) if len(found) > 1 else unlabelled(len(words))
