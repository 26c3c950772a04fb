"""Pictures decoded once and kept as 8 bits a channel, deeper ones rounded.

What is learned from them is far coarser, and they take half the memory. Alpha and color profiles play no part in
training. Of an animation, or of several pages, only the first picture does: the others are much like it, and would test
what they have trained. What cannot be used is skipped, with the reason; only where nothing is left there is an error.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from recipes.data.images.listing import why
from recipes.reading.pictures import Whites, common_white, facts, read
from zoo import UsageError

MOST_BYTES = 2_000_000_000  # of decoded pictures, which cutting patches copies twice: 6 GB of memory


@dataclass(frozen=True)
class Loaded:
    """Pictures that could be used, and those that could not.

    Attributes:
        pictures: Each of the shape `(height, width, channels)`, uint8.
        names: Their paths within the folder; of pairs without the ending.
        skipped: Paths and reasons.
        inputs: Of pairs, each picture's input, of its shape; empty without pairs.
        notes: What was assumed, and what of a picture was not used; sentences.
    """

    pictures: list[np.ndarray] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    inputs: list[np.ndarray] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.pictures)

    def part(self, begin: int, end: int | None) -> Loaded:
        """Returns the pictures from `begin` to before `end`, and nothing skipped."""
        at = slice(begin, end)
        return Loaded(self.pictures[at], self.names[at], [], self.inputs[at])


def decoded(
    where: str,
    files: Sequence[tuple[str, Path]],
    skipped: Sequence[tuple[str, str]],
    *,
    channels: int,
    color: bool = False,
    smallest: int = 1,
    white: float | None = None,
    seed: int = 0,
    known: dict[bytes, str] | None = None,
    partners: Mapping[str, Path] | None = None,
) -> Loaded:
    """Decodes pictures of any size, in an order that hangs on the names and the seed alone; a twin is skipped.

    Args:
        where: What errors call the folder.
        files: Names within the folder, and paths.
        skipped: Names and reasons of those skipped before.
        channels: 1 for grey, 3 for color.
        color: Whether to skip what has no color.
        smallest: The shortest side in pixels that is wanted.
        white: The value that is white in pictures of more than 8 bits; found from the files if not given.
        seed: Gives the order.
        known: Digests of pictures that are skipped, and where they are; those that are decoded are added.
        partners: Of pairs, the file of each picture's input by its name.

    Raises:
        UsageError: If no picture can be used.
    """
    known = {} if known is None else known
    if channels not in (1, 3):
        raise UsageError(f"channels must be 1 for grey or 3 for color. Received: channels={channels!r}.")
    loaded, held = Loaded(skipped=list(skipped)), 0
    whites, assumed = common_white([file for _, file in files] + list((partners or {}).values()), white)
    several: list[str] = []
    for name, file in sorted(files, key=lambda entry: hashlib.sha256(f"{seed}/{entry[0]}".encode()).digest()):
        try:
            if held > MOST_BYTES:
                raise UsageError(f"would take more than {MOST_BYTES / 1e9:.0f} GB with those before it")
            picture, count = _wanted(file, whites, channels, color, smallest), facts(file).count
            partner = _partner(partners[name], whites, picture) if partners else None
            _check_new(picture, f"{name} in {where}", known)
        except UsageError as error:
            reason = str(error).removeprefix(f"{file} ")
            loaded.skipped.append((name, reason.encode("utf-8", "replace").decode()))
            continue
        loaded.pictures.append(picture)
        loaded.names.append(name)
        several += [name] if count > 1 else []
        held += picture.nbytes
        if partner is not None:
            loaded.inputs.append(partner)
            held += partner.nbytes
    loaded.notes.extend([*assumed, *first_of(several)])
    if not loaded.pictures:
        what = "pair" if partners else "picture"
        raise UsageError(f"{where}: no {what} of {len(files):,} can be used{why(loaded.skipped[len(skipped) :])}.")
    return loaded


def first_of(several: Sequence[str]) -> list[str]:
    """Says that the first picture of each of some files is used; nothing if there are no such files."""
    if not several:
        return []
    held = f"{len(several):,} {'file holds' if len(several) == 1 else 'files hold'}"
    return [f"{held} several frames or pages, of which the first is used, such as {several[0]}."]


def _wanted(file: Path, whites: Whites, channels: int, color: bool, smallest: int) -> np.ndarray:
    picture = read(file, whites)
    height, width = picture.pixels.shape[:2]
    if min(height, width) < smallest:
        raise UsageError(f"is {width} x {height}: sides of at least {smallest} are needed")
    if color and (picture.pixels == picture.pixels[..., :1]).all():
        raise UsageError("has no color")
    return picture.as_bytes(channels)


def _partner(file: Path, whites: Whites, picture: np.ndarray) -> np.ndarray:
    partner = read(file, whites).as_bytes(picture.shape[-1])
    if partner.shape != picture.shape:
        sizes = " and ".join(f"{x.shape[1]} x {x.shape[0]}" for x in (partner, picture))
        raise UsageError(f"differs in size from its partner: input and target have {sizes}")
    return partner


def _check_new(picture: np.ndarray, where: str, known: dict[bytes, str]) -> None:
    """Checks that the same pixels are not in use: what trains must not test."""
    digest = hashlib.sha256(f"{picture.shape}".encode() + picture.tobytes()).digest()
    if digest in known:
        raise UsageError(f"is the same picture as {known[digest]}")
    known[digest] = where
