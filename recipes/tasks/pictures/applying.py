"""An exported model run over a picture or a folder of pictures of any size, each in its own depth."""

import functools
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import keras
import tensorflow as tf

from recipes.reading.pictures import (
    KINDS,
    Picture,
    Whites,
    common_white,
    facts,
    frames,
    instead,
    lacking,
    losses,
    write,
)
from recipes.tasks.pictures.exported import Restorer, loaded
from recipes.tasks.pictures.places import Job, planned, single, take
from recipes.training.interrupt import between_steps
from zoo import UsageError, checks
from zoo.words import printable

NOTES = 20  # that a summary gives; of failures it gives all
DEPTHS = {"u1": "8 bits", "u2": "16 bits", "f4": "floating point"}  # by type of pixels


@dataclass(frozen=True)
class Applied:
    """What became of pictures.

    Attributes:
        done: Names of those that were restored and written: paths in the folder that they came from.
        failed: Names of those that were not, and reasons.
        notes: What else is worth knowing, a line each.
        forms: How many were written in each format and depth.
    """

    done: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    forms: Counter[str] = field(default_factory=Counter)

    def summary(self) -> str:
        """Says how many pictures were restored, to which formats, which were not and why, and the first notes."""
        more = len(self.notes) - NOTES
        lines = [
            f"Restored {len(self.done):,}: " + ", ".join(f"{n:,} {form}" for form, n in self.forms.items()) + ".",
            *self.notes[:NOTES],
            *([f"And {more:,} more such."] if more > 0 else []),
        ]
        if self.failed:
            lines += [f"Failed {len(self.failed):,}:", *(f"  {name}: {reason}" for name, reason in self.failed)]
        return "\n".join(lines)


def apply(
    model: Path,
    source: Path,
    target: Path,
    *,
    ensemble: bool = False,
    trusted: bool = False,
    white: float | None = None,
    tile: int = 512,
) -> Applied:
    """Restores a picture, or all pictures in a folder and in its folders; of an animation or several pages, each.

    Depth, white, alpha, color profile, EXIF, XMP, resolution, durations and loops are kept. A model of grey takes the
    channels of a color picture each by itself; if it gives color, it takes a grey one that is as light. A model of
    color takes a grey picture as three equal channels, and the mean of what comes out is grey again.

    What fails is left out, and the summary says why. Pictures are written aside and renamed into place, so that only
    whole ones are there, whenever it stops.

    Args:
        model: The folder of an export, with `saved_model/` in it.
        source: A picture, or a folder of pictures.
        target: For a picture, the file to write, whose ending gives the format, or a folder that is there. For a
            folder, the folder to write to, at the same paths; .png or .tif takes the place of formats that cannot hold
            a picture.
        ensemble: Whether each is the mean over its eight flips and turns: a little better, eight times as slow.
        trusted: Whether the model may reach files, the network and other programs.
        white: The value that is white in pictures of more than 8 bits; found from the files if not given.
        tile: The longest side in pixels of the tiles that large pictures are cut into; the more, the more memory.

    Raises:
        UsageError: If the model is no such export or might reach them, or a path or every picture cannot be used.
        KeyboardInterrupt: If Ctrl-C was pressed or SIGTERM came; says how many pictures are done.
    """
    checks.positive_integer("tile", tile)
    applied = Applied()
    taken: set[Path] | None = None
    if source.is_dir():
        jobs, taken = planned(source, target, applied.failed, applied.notes)
    else:
        jobs = [single(source, target)]
    restorer = Restorer(loaded(model, trusted), ensemble, tile)
    whites, assumed = common_white([file for _, file, _ in jobs], white)
    applied.notes.extend(assumed)
    total = len(jobs) + len(applied.failed)
    bar = keras.utils.Progbar(total, verbose=1 if sys.stdout.isatty() else 2, unit_name="picture")
    with between_steps() as interrupt:

        def progress(share: float) -> None:
            """Shows how far the picture in hand has come; a picture is finished once it is written."""
            try:
                interrupt.check()
            except KeyboardInterrupt as asked:
                raise type(asked)(f"Stopped: {len(applied.done):,} of {total:,} pictures are written.") from None
            if share < 1:
                bar.update(len(applied.done) + len(applied.failed) + share)

        for job in jobs:
            name, file, _ = job
            try:
                form, notes = _restored(restorer, job, whites, taken, progress)
                applied.done.append(name)
                applied.forms[form] += 1
                applied.notes.extend(f"{name}: {note}." for note in notes)
            except (UsageError, OSError, MemoryError, tf.errors.OpError) as error:
                applied.failed.append((name, _reason(error, file)))
            progress(0.0)
    if not applied.done:
        (name, reason), more = applied.failed[0], len(applied.failed) - 1
        raise UsageError(f"{name}: {reason}{f' ({more:,} more failed, and none is done.)' if more else ''}")
    return applied


def _restored(
    restorer: Restorer, job: Job, whites: Whites, taken: set[Path] | None, progress: Callable[[float], None]
) -> tuple[str, list[str]]:
    """Restores the pictures of a file, one after the other, and writes them.

    Args:
        restorer: The model.
        job: The file, and the file to write.
        whites: What is white in it.
        taken: All places that are taken, of a folder, in which a format that cannot hold what comes out gives way.
        progress: Called with the share that is done.

    Returns:
        The format and the depth, and what else is worth knowing, a phrase each.
    """
    _, file, out = job
    found = facts(file)
    notes = list(found.notes)

    def report(number: int, share: float) -> None:
        progress((number + share) / found.count)

    def restored() -> Iterator[Picture]:
        for number, picture in enumerate(frames(file, whites)):
            if restorer.colors and not number and _has_color(picture):
                notes.append("had colors, of which only the lightness was used")
            yield restorer(picture, functools.partial(report, number))

    pictures = restored()
    first = next(pictures)
    missing = lacking(first, out, found.count)
    if missing and taken is None:
        raise UsageError(f"{out} {missing}: call it {instead(first, out, found.count).name}.")
    if missing:
        out = take(instead(first, out, found.count), taken or set())
        notes.append(f"{missing}; written as {out.suffix}")
    write(chain([first], pictures), out, found.count)
    notes += losses(first, out)
    kind = KINDS[out.suffix.lower()]
    if kind.name == "GIF":
        notes.append("has 256 colors a frame, as GIF holds them")
    return f"{kind.name} of {DEPTHS[first.pixels.dtype.str[1:]]}", notes


def _has_color(picture: Picture) -> bool:
    return any((row != row[..., :1]).any() for row in picture.pixels)


def _reason(error: Exception, path: Path) -> str:
    """Returns the reason of a failure, as it stands behind a picture's name, such that it can be printed."""
    if isinstance(error, (MemoryError, tf.errors.ResourceExhaustedError)):
        return "takes more memory than there is: cut it into parts."
    said = getattr(error, "strerror", None) or getattr(error, "message", None) or str(error)
    said = str(said).removeprefix(f"{path} ").strip().partition("\n")[0]
    return printable(said)
