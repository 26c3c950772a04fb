"""Pictures of surfaces, of any size, split by file: whole ones train, whole and defective ones test, with masks.

Folders as people have them:

    train/good, test/good, test/KIND, ground_truth/KIND/NAME_mask.png      as MVTec's data sets
    good, KIND, and masks/KIND or ground_truth/KIND                        masks if there are any
    any folders, of which one is said to be normal
    pictures alone, of which all are taken as normal

Of whole pictures without a part 80% train or validate (of these one in eight validates) and the others test; of those
in a folder `train` none test. A mask is found by its folder and its picture's name, with `_mask` behind it or not.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np

from recipes.data import images, keys
from recipes.data.parts import Parts
from recipes.reading.pictures import read
from zoo import UsageError, checks
from zoo.wrappers.scaled import Scaled

if TYPE_CHECKING:
    from zoo.autoencoder import Autoencoder

NORMAL = ("good", "normal", "ok")  # folders that say so by their names
MASKS = ("ground_truth", "masks", "mask")
TRAIN, TEST = "train", "test"
TESTS, VALIDATES = 5, 8  # one of so many whole pictures tests, and one of so many of the others validates
EXAMPLES = 4  # pictures whose outputs lie beside an export
EXAMPLE = 64  # pixels of their sides, at most
CALIBRATING = 32  # pictures that show how large numbers become within a model
NAMED = 5  # skipped files in a message


@dataclass(frozen=True)
class Part:
    """Pictures.

    Attributes:
        pictures: Each of the shape `(height, width, channels)`, uint8.
        kinds: What each shows: the normal kind, or a kind of defect.
        masks: Where each has defects, booleans of the shape `(height, width)`; None where nobody knows.
    """

    pictures: list[np.ndarray]
    kinds: list[str]
    masks: list[np.ndarray | None]

    def __len__(self) -> int:
        return len(self.pictures)

    def __add__(self, other: Part) -> Part:
        return Part(self.pictures + other.pictures, self.kinds + other.kinds, self.masks + other.masks)

    def at(self, rows: Iterable[int]) -> Part:
        """Returns some of the pictures."""
        rows = list(rows)
        return Part(*([each[i] for i in rows] for each in (self.pictures, self.kinds, self.masks)))  # type: ignore[arg-type]

    def contents(self) -> list[bytes]:
        """Returns what distinguishes each picture from others."""
        masks = (b"" if mask is None else np.packbits(mask).tobytes() for mask in self.masks)
        rows = zip(self.pictures, self.kinds, masks, strict=True)
        return [f"{x.shape} {kind}".encode() + x.tobytes() + mask for x, kind, mask in rows]


@dataclass(frozen=True, eq=False)
class Surfaces(Parts[Part]):
    """Pictures of surfaces: a mapping of the parts `train` and `validation`, which are whole, and `test`.

    Attributes:
        train: What models are fitted to.
        validation: What the threshold is set by.
        test: What is read once, at the end.
        normal: What whole ones are called; None where there are no labels, and all are taken as whole.
        name: The data set's name, for people.
        source: Where the pictures came from.
        split: How they were split, in a sentence.
        licence: Their terms, as far as known.
        notes: Remarks on the loading, for people; lines, or nothing.
    """

    train: Part
    validation: Part
    test: Part
    normal: str | None
    name: str
    source: str
    split: str
    licence: str
    notes: str = ""
    hyperparameters: dict[str, str] = field(default_factory=dict)

    @property
    def channels(self) -> int:
        """1 for grey, 3 for color."""
        return int(self.train.pictures[0].shape[-1])

    @functools.cached_property
    def anomalous(self) -> np.ndarray:
        """Says which test pictures have defects, shape `(n,)`; none where there are no labels."""
        return np.array([self.normal is not None and kind != self.normal for kind in self.test.kinds])

    @functools.cached_property
    def checksum(self) -> str:
        """SHA-256 over the pictures, kinds and masks of all parts in order."""
        digest = hashlib.sha256()
        for part in self.values():
            for content in part.contents():
                digest.update(content)
        return digest.hexdigest()

    @functools.cached_property
    def key(self) -> str:
        """What published numbers are found by."""
        both = [*self.train.contents(), *self.validation.contents()]
        return keys.key(keys.fingerprint(both, self.test.contents()))

    def wrap(self, model: Autoencoder) -> Autoencoder:
        """Returns the model that takes pixels from 0 to 255."""
        return Scaled(model, 255.0)

    def examples(self) -> np.ndarray:
        """Returns the middles of some test pictures, one of each kind, of one size, float32 from 0 to 255."""
        first = [self.test.kinds.index(kind) for kind in dict.fromkeys(self.test.kinds)][:EXAMPLES]
        return _middles([self.test.pictures[i] for i in first])

    def calibration(self) -> np.ndarray:
        """Returns the middles of validation pictures likewise."""
        return _middles(self.validation.pictures[:CALIBRATING])

    def inputs(self) -> dict[str, Any]:
        """Returns what `inputs.json` beside an export says of what goes in."""
        return {"x": {"values": f"{'grey' if self.channels == 1 else 'color'} pictures of any size, from 0 to 255"}}


def _middles(pictures: Sequence[np.ndarray]) -> np.ndarray:
    """Returns the middles of pictures, as large as all of them allow, float32 from 0 to 255."""
    sides = [min(EXAMPLE, *(x.shape[axis] for x in pictures)) for axis in (0, 1)]
    corners = [[(x.shape[axis] - sides[axis]) // 2 for axis in (0, 1)] for x in pictures]
    cut = (x[y : y + sides[0], z : z + sides[1]] for x, (y, z) in zip(pictures, corners, strict=True))
    return np.stack(list(cut)).astype("float32")


@dataclass(frozen=True)
class _Place:
    """What a picture's path within the folder says.

    Attributes:
        part: "train", "test", or nothing.
        kind: The folder that names what it shows; nothing where there is none.
        key: What its mask is found by: the folders below the part, and the name without ending.
    """

    part: str
    kind: str
    key: tuple[str, ...]


def folder(
    source: str,
    normal: str | None = None,
    channels: int | None = None,
    white: float | None = None,
    seed: int = 0,
) -> Surfaces:
    """Loads a folder of pictures, in one of the layouts above.

    Args:
        source: The path to the folder.
        normal: The folder of what is whole; "good", "normal" or "ok" if not given.
        channels: 1 for grey, 3 for color; if not given, grey where all pictures are.
        white: The value that is white in pictures of more than 8 bits; found from the files if not given.
        seed: Seed of the split, where folders do not give it; a picture's part hangs on its name and the seed alone.

    Raises:
        UsageError: If the folder is not what it should be.
    """
    checks.check(channels in (None, 1, 3), "channels", "1 for grey or 3 for color", channels)
    files, skipped = images.listed(Path(source))
    masks = dict(_mask(name, file) for name, file in files if PurePosixPath(name).parts[0] in MASKS)
    files = [(name, file) for name, file in files if PurePosixPath(name).parts[0] not in MASKS]
    if not files:
        raise UsageError(f"{source} holds masks alone: give the folder that holds their pictures too.")
    parted = {PurePosixPath(name).parts[0] for name, _ in files} == {TRAIN, TEST}
    places = {name: _place(PurePosixPath(name), parted) for name, _ in files}
    normal = _normal(source, {place.kind for place in places.values()}, normal)
    loaded = images.decoded(source, files, skipped, channels=channels or 3, white=white, seed=seed)
    grey = channels is None and all((x == x[..., :1]).all() for x in loaded.pictures)
    pictures = [np.ascontiguousarray(x[..., :1]) if grey else x for x in loaded.pictures]
    found = [places[name] for name in loaded.names]
    kinds = [place.kind or "" for place in found]
    whole = [normal is None or kind == normal for kind in kinds]
    both = zip(pictures, found, loaded.names, whole, strict=True)
    every = Part(
        pictures, kinds, [_masked(x, place, masks, source, name, is_whole) for x, place, name, is_whole in both]
    )
    rows = _rows(source, [place.part for place in found], whole)
    for which, least in (("train", 2), ("validation", 1), ("test", 1)):
        if len(rows[which]) < least:
            raise UsageError(
                f"{source}: at least 2 whole pictures must train, 1 must validate and 1 picture must test. Received: "
                f"{', '.join(str(len(each)) for each in rows.values())}. Give more pictures."
            )
    unmasked = sum(mask is None for mask in every.masks)
    notes = [f"No mask: {unmasked:,} pictures with defects."] if masks and unmasked else []
    made = Surfaces(
        every.at(rows["train"]),
        every.at(rows["validation"]),
        every.at(rows["test"]),
        normal=normal,
        name=Path(source).resolve().name,
        source=source,
        split="",
        licence="see its source",
        notes=images.summary([*loaded.notes, *notes], loaded.skipped, NAMED),
    )
    return replace(made, split=_sentence(made, parted, seed))


def _mask(name: str, file: Path) -> tuple[tuple[str, ...], Path]:
    """Returns what finds a mask, and its file."""
    _, *folders, last = PurePosixPath(name).parts
    return (*folders, PurePosixPath(last).stem.removesuffix("_mask")), file


def _place(path: PurePosixPath, parted: bool) -> _Place:
    """Reads a path within the folder; `parted` says whether its first folder is a part."""
    part, rest = (path.parts[0], path.parts[1:-1]) if parted else ("", path.parts[:-1])
    return _Place(part, rest[0] if rest else "", (*rest, path.stem))


def _normal(source: str, kinds: set[str], normal: str | None) -> str | None:
    """Returns which kind is whole; None where there are no kinds.

    Raises:
        UsageError: If nobody says it.
    """
    if kinds == {""}:
        if normal is not None:
            raise UsageError(f"--normal {normal} needs folders in {source}, one of that name: give it some.")
        return None
    listed = ", ".join(sorted(filter(None, kinds))[:20])
    if "" in kinds:
        raise UsageError(f"{source} holds pictures both in folders ({listed}) and beside them: give each a folder.")
    known = [name for name in NORMAL if name in kinds]
    if normal is None and not known:
        raise UsageError(f"--normal must be one of the folders {listed}: say which holds what is whole.")
    if normal is not None and normal not in kinds:
        hint = checks.did_you_mean(normal, kinds)
        raise UsageError(f"--normal must be one of the folders {listed}. Received: {normal!r}. {hint}".strip())
    return normal or known[0]


def _masked(
    picture: np.ndarray, place: _Place, masks: Mapping[tuple[str, ...], Path], source: str, name: str, is_whole: bool
) -> np.ndarray | None:
    """Returns where a picture has defects; None where nobody knows.

    Raises:
        UsageError: If its mask has another size.
    """
    size = picture.shape[:2]
    if is_whole:
        return np.zeros(size, bool)
    file = masks.get(place.key)
    if file is None:
        return None
    mask = read(file).as_bytes(1)[..., 0]
    if mask.shape != size:
        sizes = (f"{width} x {height}" for height, width in (mask.shape, size))
        raise UsageError(
            f"{file} must have the size of its picture, {name} in {source}. Received: {' and '.join(sizes)}. Resize it."
        )
    return mask > mask.max() // 2


def _rows(source: str, parts: Sequence[str], whole: Sequence[bool]) -> dict[str, list[int]]:
    """Returns each part's pictures, which come in the order of the draw.

    Raises:
        UsageError: If a folder `train` holds defects.
    """
    fitting = [i for i, part in enumerate(parts) if whole[i] and part != TEST]
    if wrong := sum(part == TRAIN and not whole[i] for i, part in enumerate(parts)):
        raise UsageError(f"{source}/{TRAIN} must hold whole pictures alone. Received: {wrong} others. Move them out.")
    held_out = 0 if TRAIN in parts else -(-len(fitting) // TESTS)
    fitting = fitting[held_out:]
    validating = -(-len(fitting) // VALIDATES)
    known = set(fitting)
    testing = [i for i in range(len(parts)) if i not in known]
    return {"train": fitting[validating:], "validation": fitting[:validating], "test": testing}


def _sentence(made: Surfaces, parted: bool, seed: int) -> str:
    """Says how pictures were split."""
    train, validation, test = (len(part) for part in made.values())
    defective = int(made.anomalous.sum())
    tested = f"{test - defective:,} and {defective:,} with defects test" if made.normal else f"{test:,} test"
    by = f"its folders {TRAIN} and {TEST}" if parted else "file"
    called = f" of {made.normal}" if made.normal else ""
    return f"by {by}, drawn with seed {seed}: {train:,} pictures{called} train, {validation:,} validate, {tested}"
