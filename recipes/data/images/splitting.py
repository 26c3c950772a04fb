"""Pictures, split by file into train, validation and test before anything looks at them."""

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from recipes.data import keys
from recipes.data.images.decoding import Loaded, decoded
from recipes.data.images.folders import folder, pairs
from recipes.data.images.listing import summary, why
from recipes.data.images.photographs import SAMPLE, SAMPLE_SPLIT, of_scikit_image
from zoo import UsageError

HELD_OUT = 10  # of that many pictures one validates and one tests
LEAST = 8  # pixels of the shortest side that tests: what measures need, and what shrinks
NAMED = 20  # skipped files in a summary


@dataclass(frozen=True)
class Images:
    """Pictures, split by file before anything looks at them.

    Attributes:
        train: What models are fitted to.
        validation: What every choice is made on.
        test: What is read once, at the end.
        skipped: Paths and reasons, of all parts.
        name: The data set's name, for people.
        source: Where the pictures came from.
        split: How they were split, in a sentence.
        licence: The pictures' terms, as far as known.
        notes: What was assumed, and what of a picture was not used; sentences.
    """

    train: Loaded
    validation: Loaded
    test: Loaded
    skipped: list[tuple[str, str]]
    name: str
    source: str
    split: str
    licence: str
    notes: list[str] = field(default_factory=list)

    @property
    def checksum(self) -> str:
        """SHA-256 over the shapes and pixels of all parts in order, the same for any files that hold them so."""
        digest = hashlib.sha256()
        for part in (self.train, self.validation, self.test):
            for picture in [*part.pictures, *part.inputs]:
                digest.update(f"{picture.shape}".encode() + picture.tobytes())
        return digest.hexdigest()

    @property
    def key(self) -> str:
        """What published numbers are found by: known by the pictures, in any order and of any files."""

        def of(part: Loaded) -> list[bytes]:
            return [f"{picture.shape}".encode() + picture.tobytes() for picture in [*part.pictures, *part.inputs]]

        return keys.key(keys.fingerprint([*of(self.train), *of(self.validation)], of(self.test)))

    def summary(self) -> str:
        """Says what was assumed, and how many pictures were skipped and why: a line each, of the first ones."""
        return summary(self.notes, self.skipped, NAMED)


def load(
    source: str = "sample",
    *,
    inputs: str | None = None,
    targets: str | None = None,
    test: str | None = None,
    channels: int = 3,
    color: bool = False,
    smallest: int = 1,
    white: float | None = None,
    seed: int = 0,
) -> Images:
    """Loads pictures and splits them by file: of ten one validates and one tests.

    A picture's part hangs on its name and the seed alone, so that one more or less moves few others. A picture that
    is there twice, in one part or in two, is used once, and first for a fixed test; of pairs the target counts.

    Args:
        source: "sample": the photographs that scikit-image ships; or the path to a folder, or to several, with
            `os.pathsep` (a colon, on Windows a semicolon) between them. Not read with pairs.
        inputs: Of pairs, the folder of what goes in.
        targets: Of pairs, the folder of what shall come out.
        test: A folder that tests, so that all others train or validate; of pairs one with `inputs` and `targets` in it.
        channels: 1 for grey, 3 for color.
        color: Whether to skip what has no color.
        smallest: The shortest side, in pixels, that may train or validate, and test where the test is drawn; for a
            fixed test it is 8.
        white: The value that is white in pictures of more than 8 bits; found from the files if not given.
        seed: Seed of the split.

    Raises:
        UsageError: If a folder is not there or too few pictures in it can be used.
    """
    if (inputs is None) != (targets is None):
        given = f"--inputs {inputs}" if targets is None else f"--targets {targets}"
        raise UsageError(f"--inputs and --targets go together. Received: {given} alone.")
    known: dict[bytes, str] = {}
    fixed = _of_test(test, inputs is not None, channels, color, white, known) if test is not None else Loaded()
    wanted: dict[str, Any] = {
        "channels": channels,
        "color": color,
        "smallest": smallest,
        "white": white,
        "known": known,
    }
    if inputs is not None and targets is not None:
        where = f"{inputs} and {targets}"
        rest = pairs(inputs, targets, **wanted, seed=seed)
    elif source == "sample":
        where, seed = "sample: photographs of scikit-image", SAMPLE_SPLIT
        files = [(name, of_scikit_image() / name) for name in SAMPLE]
        rest = decoded("the sample", files, [], **wanted, seed=seed)
    else:
        where = source
        rest = folder(source, **wanted, seed=seed)

    held_out = -(-len(rest) // HELD_OUT)
    to_test = 0 if test is not None else held_out
    fewest = 2 if test is not None else 3
    if len(rest) < fewest:
        raise UsageError(
            f"{where}: at least {fewest} different pictures are needed, for each part one. Received: {len(rest)}"
            f"{why(rest.skipped)}."
        )
    validation, train = rest.part(to_test, to_test + held_out), rest.part(to_test + held_out, None)
    drawn = f"{len(train):,} train, {len(validation):,} validate" + (f", {to_test:,} test" if to_test else "")
    of_test = f"; all {len(fixed):,} of {test} test" if test is not None else ""
    kind = "pairs" if inputs is not None else "pictures"
    return Images(
        train,
        validation,
        fixed if test is not None else rest.part(0, to_test),
        skipped=[*rest.skipped, *fixed.skipped],
        name=" and ".join(
            (["photographs of scikit-image"] if where.startswith("sample") else _called(targets or source))
            + ([] if test is None else _called(test))
        ),
        source=where,
        split=f"of {len(rest):,} {kind}, drawn by file with seed {seed}, {drawn}{of_test}",
        licence="each its own, as scikit-image states them" if where.startswith("sample") else "see its source",
        notes=list(dict.fromkeys([*rest.notes, *fixed.notes])),
    )


def _called(folders: str) -> list[str]:
    return [Path(folder).resolve().name for folder in folders.split(os.pathsep)]


def _of_test(
    test: str, of_pairs: bool, channels: int, color: bool, white: float | None, known: dict[bytes, str]
) -> Loaded:
    wanted: dict[str, Any] = {
        "channels": channels,
        "color": color,
        "smallest": LEAST,
        "white": white,
        "known": known,
    }
    if of_pairs:
        loaded = pairs(Path(test, "inputs"), Path(test, "targets"), **wanted)
    else:
        loaded = folder(test, **wanted)
        loaded.skipped[:] = [(str(Path(test, name)), reason) for name, reason in loaded.skipped]
    order = np.argsort(loaded.names, kind="stable")  # as the field's tables list them
    inputs = [loaded.inputs[i] for i in order] if of_pairs else []
    shown = [loaded.pictures[i] for i in order], [loaded.names[i] for i in order]
    return Loaded(*shown, loaded.skipped, inputs, loaded.notes)
