"""Folders of pictures as people have them, split by file into train, validation and test; or pairs matched by name.

Pictures are decoded once and kept as 8 bits a channel, deeper ones rounded: what is learned from them is far coarser,
and they take half the memory. Alpha and color profiles play no part in training. Of an animation, or of several pages,
only the first picture does: the others are much like it, and would test what they have trained. `read` and `write` are
for whole pictures whose depth, alpha and profile must survive.

What cannot be used is skipped, with the reason; only where nothing is left there is an error.
"""

import hashlib
import importlib.util
import os
import stat
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from recipes.data import keys
from recipes.reading.pictures import ENDINGS, Picture, Whites, common_white, facts, read, write
from recipes.training.patches import patches
from zoo import UsageError
from zoo.words import printable

__all__ = ["Images", "Loaded", "Picture", "folder", "load", "pairs", "patches", "read", "write"]

# The photographs among the files of scikit-image's wheel; its others are drawings, charts, text and masks, or would be
# downloaded. Of the motorcycle's two views one only: the other would be nearly the same picture in another part.
SAMPLE = (
    "astronaut.png",
    "brick.png",
    "camera.png",
    "chelsea.png",
    "coffee.png",
    "coins.png",
    "grass.png",
    "gravel.png",
    "hubble_deep_field.jpg",
    "ihc.png",
    "moon.png",
    "motorcycle_left.png",
    "retina.jpg",
    "rocket.jpg",
)
SAMPLE_SPLIT = 0  # seed of the sample's split, the same for every run, so that runs can be compared
HELD_OUT = 10  # of that many pictures one validates and one tests
MOST_BYTES = 2_000_000_000  # of decoded pictures, which cutting patches copies twice: 6 GB of memory
LEAST = 8  # pixels of the shortest side that tests: what measures need, and what shrinks
NAMED = 20  # skipped files in a summary


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

    def part(self, begin: int, end: int | None) -> "Loaded":
        """Returns the pictures from `begin` to before `end`, and nothing skipped."""
        at = slice(begin, end)
        return Loaded(self.pictures[at], self.names[at], [], self.inputs[at])


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
    fixed = _test(test, inputs is not None, channels, color, white, known) if test is not None else Loaded()
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
        rest = _decoded("the sample", files, [], **wanted, seed=seed)
    else:
        where = source
        rest = folder(source, **wanted, seed=seed)

    held_out = -(-len(rest) // HELD_OUT)
    to_test = 0 if test is not None else held_out
    fewest = 2 if test is not None else 3
    if len(rest) < fewest:
        raise UsageError(
            f"{where}: at least {fewest} different pictures are needed, for each part one. Received: {len(rest)}"
            f"{_why(rest.skipped)}."
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


def folder(
    path: str | Path,
    *,
    channels: int = 3,
    color: bool = False,
    smallest: int = 1,
    white: float | None = None,
    seed: int = 0,
    known: dict[bytes, str] | None = None,
) -> Loaded:
    """Loads the pictures in a folder and in its folders; or in several.

    Args:
        path: The folder, or several with `os.pathsep` between them.
        channels: 1 for grey, 3 for color.
        color: Whether to skip what has no color.
        smallest: The shortest side in pixels that is wanted.
        white: As in `load`.
        seed: Gives their order.
        known: Digests of pictures that are skipped, and where they are; those that are loaded are added.

    Raises:
        UsageError: If it is not there or holds no picture that can be used.
    """
    paths = [Path(one) for one in str(path).split(os.pathsep)]
    files: list[tuple[str, Path]] = []
    skipped: list[tuple[str, str]] = []
    for one in paths:
        before = f"{one.name}/" if len(paths) > 1 else ""
        found, unfit = listed(one)
        files += [(f"{before}{name}", file) for name, file in found]
        skipped += [(f"{before}{name}", reason) for name, reason in unfit]
    known = {} if known is None else known
    return _decoded(str(path), files, skipped, channels, color, smallest, white, seed, known)


def pairs(
    inputs: str | Path,
    targets: str | Path,
    *,
    channels: int = 3,
    color: bool = False,
    smallest: int = 1,
    white: float | None = None,
    seed: int = 0,
    known: dict[bytes, str] | None = None,
) -> Loaded:
    """Loads pairs of pictures from two folders, matched by their paths in them without the ending.

    Args:
        inputs: The folder of what goes in.
        targets: The folder of what shall come out.
        channels: 1 for grey, 3 for color.
        color: Whether to skip targets without color.
        smallest: The shortest side in pixels that is wanted.
        white: As in `load`.
        seed: Gives their order.
        known: As in `folder`, of the targets.

    Raises:
        UsageError: If a folder is not there or no pair can be used.
    """
    skipped: list[tuple[str, str]] = []
    sides = []
    for path in (Path(inputs), Path(targets)):
        files, unfit = listed(path)
        skipped += [(str(path / name), reason) for name, reason in unfit]
        sides.append(_by_stem(path, files, skipped))
    ins, outs = sides
    for here, there, other in ((ins, outs, targets), (outs, ins, inputs)):
        skipped += [(str(here[stem][1]), f"has no partner in {other}") for stem in sorted(here.keys() - there.keys())]
    both = [(stem, outs[stem][1]) for stem in outs if stem in ins]
    if not both:
        raise UsageError(
            f"{inputs} and {targets} hold no two pictures of one name: call each input as its target, but for the "
            f"ending{_why(skipped)}."
        )
    partners = {stem: ins[stem][1] for stem, _ in both}
    where = f"{inputs} and {targets}"
    known = {} if known is None else known
    return _decoded(where, both, skipped, channels, color, smallest, white, seed, known, partners)


def _test(
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


def of_scikit_image() -> Path:
    """Returns the folder of its pictures, without importing what could download others."""
    found = importlib.util.find_spec("skimage")
    if found is None or found.origin is None:
        raise UsageError("The sample needs scikit-image: install it, or give --data a folder.")
    return Path(found.origin).parent / "data"


def listed(path: Path) -> tuple[list[tuple[str, Path]], list[tuple[str, str]]]:
    """Lists a folder's pictures, by name, and the files that are none; links are followed, and each folder once."""
    if path.is_file():
        raise UsageError(f"{path} is a file: give the folder that holds it.")
    if not path.is_dir():
        raise UsageError(f"{path} is not there: give the path to a folder of pictures.")
    files: list[tuple[str, Path]] = []
    skipped: list[tuple[str, str]] = []

    def shut(error: OSError) -> None:
        if Path(error.filename) == path:
            raise UsageError(f"{path} cannot be opened ({error.strerror}): give a folder that you may read.")
        skipped.append((name_of(Path(error.filename), path), f"cannot be opened ({error.strerror})"))

    entered: set[tuple[int, int]] = set()
    for here, inner, names in os.walk(path, onerror=shut, followlinks=True):
        status = os.stat(here)
        if (status.st_dev, status.st_ino) in entered:
            inner.clear()
            skipped.append((name_of(Path(here), path), "is a folder that was read before, by another way"))
            continue
        entered.add((status.st_dev, status.st_ino))
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        for file in (Path(here, name) for name in names if not name.startswith(".")):
            reason = _unfit(file)
            if reason:
                skipped.append((name_of(file, path), reason))
            else:
                files.append((name_of(file, path), file))
    if not files:
        raise UsageError(f"{path} holds no picture: its files must end in {', '.join(ENDINGS)}{_why(skipped)}.")
    return sorted(files), sorted(skipped)


def _unfit(file: Path) -> str:
    """Says why a file is not even opened; nothing of one that may be a picture."""
    if file.suffix.lower() not in ENDINGS:
        return f"does not end in {', '.join(ENDINGS)}"
    try:
        mode = file.stat().st_mode
    except OSError as error:
        return f"cannot be opened ({error.strerror})"
    return "" if stat.S_ISREG(mode) else "is no file"


def name_of(file: Path, folder: Path) -> str:
    """Returns the path within the folder, such that any name can be printed and looks the same on every system."""
    raw = os.fsencode(file.relative_to(folder).as_posix())
    return printable(unicodedata.normalize("NFC", raw.decode("utf-8", "replace")))


def _by_stem(
    path: Path, files: Sequence[tuple[str, Path]], skipped: list[tuple[str, str]]
) -> dict[str, tuple[str, Path]]:
    """Returns a folder's files by their names without the ending; of two with the same, neither."""
    by_stem: dict[str, list[tuple[str, Path]]] = {}
    for name, file in files:
        by_stem.setdefault(os.path.splitext(name)[0], []).append((name, file))
    for twins in by_stem.values():
        if len(twins) > 1:
            skipped += [(str(path / name), "has the name of another but for the ending") for name, _ in twins]
    return {stem: alone[0] for stem, alone in by_stem.items() if len(alone) == 1}


def decoded(
    where: str,
    files: Sequence[tuple[str, Path]],
    skipped: Sequence[tuple[str, str]],
    *,
    channels: int,
    white: float | None = None,
    seed: int = 0,
) -> Loaded:
    """Decodes pictures of any size, in an order that hangs on the names and the seed alone; a twin is skipped.

    Args:
        where: What errors call the folder.
        files: Names within the folder, and paths.
        skipped: Names and reasons of those skipped before.
        channels: 1 for grey, 3 for color.
        white: As in `load`.
        seed: Gives the order.

    Raises:
        UsageError: If no picture can be used.
    """
    return _decoded(where, files, skipped, channels, False, 1, white, seed, {})


def _decoded(
    where: str,
    files: Sequence[tuple[str, Path]],
    skipped: Sequence[tuple[str, str]],
    channels: int,
    color: bool,
    smallest: int,
    white: float | None,
    seed: int,
    known: dict[bytes, str],
    partners: dict[str, Path] | None = None,
) -> Loaded:
    """Decodes what can be, in an order that hangs on the names and the seed alone."""
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
        raise UsageError(f"{where}: no {what} of {len(files):,} can be used{_why(loaded.skipped[len(skipped) :])}.")
    return loaded


def first_of(several: Sequence[str]) -> list[str]:
    """Says that the first picture of each of some files is used; nothing if there are no such files."""
    if not several:
        return []
    held = f"{len(several):,} {'file holds' if len(several) == 1 else 'files hold'}"
    return [f"{held} several frames or pages, of which the first is used, such as {several[0]}."]


def summary(notes: Sequence[str], skipped: Sequence[tuple[str, str]], most: int) -> str:
    """Returns notes, and how many files were skipped and why: a line each, of the first ones."""
    lines = list(notes)
    if skipped:
        lines += [f"Skipped {len(skipped):,}:", *(f"  {name}: {reason}" for name, reason in skipped[:most])]
    more = len(skipped) - most
    return "\n".join([*lines, f"  and {more:,} more"] if more > 0 else lines)


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


def _why(skipped: Sequence[tuple[str, str]]) -> str:
    """Returns the first skipped file and its reason, to be put before a sentence's end."""
    if not skipped:
        return ""
    (name, reason), more = skipped[0], len(skipped) - 1
    return f" ({name} {reason.rstrip('.')}{f'; {more:,} more are skipped' if more else ''})"
