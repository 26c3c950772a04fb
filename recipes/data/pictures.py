"""A folder of pictures of any size, whose folders, if there are several, are the labels.

Pictures are brought to one size when they are loaded, by the layer that does it in the export, which takes them as they
are. Folders called train and test, and maybe validation, give the parts.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
import tensorflow as tf

from recipes.data import images, official
from recipes.data.splits import Part, Splits, drawn, indexed, sentence, unlabelled
from recipes.data.surfaces import Surfaces, folder
from recipes.data.units import Framed
from recipes.reading.pictures import ENDINGS, Picture, common_white, facts, read
from zoo import UsageError, checks
from zoo.layers.framing import Framing

KEY = "pictures"
FORM = "free"
FEWEST = 5  # pictures: one in each part at least
SIZE = (64, 64)  # of pictures that differ in size
LARGEST = 128  # pixels a side that are kept where all pictures are of one size
MOST_BYTES = 4_000_000_000  # of samples
NAMED = 5  # skipped files in a message
PARTS = {"train": "train", "val": "validation", "valid": "validation", "validation": "validation", "test": "test"}


@dataclass(frozen=True)
class Loaded:
    """Samples in the order of their names.

    Attributes:
        x: Shape `(n, height, width[, 3])`, float32 in [0, 1].
        names: Their files' names.
        skipped: Other files' names, and why they are not used.
        notes: What was assumed, and what of a picture was not used; sentences.
    """

    x: np.ndarray
    names: list[str]
    skipped: list[tuple[str, str]]
    notes: list[str]


def reads(source: str) -> bool:
    """Says whether the source is a folder with a picture somewhere in it."""
    return any(name.lower().endswith(ENDINGS) for _, _, names in os.walk(source, followlinks=True) for name in names)


def surfaces(
    source: str,
    normal: str | None = None,
    channels: int | None = None,
    white: float | None = None,
    seed: int = 0,
) -> Surfaces:
    """Loads the pictures as they are, with masks: see `recipes/data/surfaces.py`."""
    return folder(source, normal, channels, white, seed)


def load(
    source: str,
    size: Sequence[int] | None = None,
    channels: int | None = None,
    framing: str = "crop",
    white: float | None = None,
    seed: int = 0,
) -> Splits:
    """Loads the pictures in a folder and in its folders.

    Args:
        source: The path to the folder.
        size: Height and width, or one number for both; if not given, the pictures' own where all have one of at most
            128 pixels a side, otherwise 64.
        channels: 1 for grey, 3 for color; if not given, grey where all pictures are.
        framing: "crop" fills the frame, "pad" keeps all of each picture, with black borders.
        white: The value that is white in pictures of more than 8 bits; found from the files if not given.
        seed: Seed of the draw of the parts, where folders do not give them.

    Raises:
        UsageError: If too few pictures can be used.
    """
    files, skipped = images.listed(Path(source))
    height, width = size_of(size, [file for _, file in files])
    loaded = _framed(files, skipped, (height, width), channels, framing, white)
    if len(loaded.names) < FEWEST:
        raise UsageError(
            f"{source}: at least {FEWEST} different pictures are needed. Received: {len(loaded.names)}."
            f"{_first(loaded.skipped)}"
        )
    notes = images.summary(loaded.notes, loaded.skipped, NAMED)
    units = Framed((height, width), framing, loaded.x.shape[3:])
    tops = {PurePosixPath(name).parts[0] for name in loaded.names if "/" in name}
    flat = any("/" not in name for name in loaded.names)
    if not flat and tops <= PARTS.keys() and {"train", "test"} <= tops:
        return official.splits(_of_parts(loaded, source), units, source, notes=notes)
    words = labelled(loaded.names, source)
    labels, y = indexed(words) if len(tops) > 1 else unlabelled(len(words))
    rows = drawn(y, seed)
    train, validation, test = (Part(loaded.x[at], y[at]) for at in rows.values())
    split = f"{sentence(rows, seed, 'pictures', 'folder' if labels else None)}; {shown(units)}"
    name = Path(source).resolve().name
    return Splits(train, validation, test, name, source, split, "see its source", units, labels, notes=notes)


def size_of(size: Sequence[int] | None, files: Iterable[Path]) -> tuple[int, int]:
    """Returns height and width: as given, or what fits the pictures."""
    if size is not None:
        if len(size) not in (1, 2) or min(size) < 1:
            raise UsageError(f"--size must be height and width, or one number for both. Received: {size}.")
        return size[0], size[-1]
    found = set()
    for file in files:
        with contextlib.suppress(UsageError):  # of a damaged header, which the reader below reports
            found.add(facts(file).size)
    one = found.pop() if len(found) == 1 else SIZE
    return one if max(one) <= LARGEST else SIZE


def _framed(
    files: Sequence[tuple[str, Path]],
    skipped: Sequence[tuple[str, str]],
    size: tuple[int, int],
    channels: int | None,
    framing: str,
    white: float | None,
) -> Loaded:
    """Reads pictures one by one and brings each to the size; a picture that was there before is skipped."""
    checks.check(channels in (None, 1, 3), "channels", "1 for grey or 3 for color", channels)
    frame = framer(size, framing)
    known: dict[bytes, str] = {}
    found: list[np.ndarray] = []
    left_out = list(skipped)
    several: list[str] = []
    whites, notes = common_white([file for _, file in files], white)
    for name, file in files:
        try:
            if len(found) * size[0] * size[1] * 4 * (channels or 3) > MOST_BYTES:
                raise UsageError(
                    f"would take more than {MOST_BYTES / 1e9:.0f} GB with those before it; a pattern, such as "
                    "'FOLDER/**/*.jpg', is read from disk instead"
                )
            picture, count = read(file, whites), facts(file).count
            pixels = picture.as_bytes(channels or channels_of(picture))
            digest = hashlib.sha256(f"{pixels.shape}".encode() + pixels.tobytes()).digest()
            if digest in known:
                raise UsageError(f"is the same picture as {known[digest]}")
        except UsageError as error:
            left_out.append((name, str(error).removeprefix(f"{file} ").rstrip(".")))
            continue
        known[digest] = name
        several += [name] if count > 1 else []
        found.append(frame(pixels))
    x = stacked(found, size, color=any(x.shape[-1] == 3 for x in found))
    return Loaded(x, list(known.values()), left_out, [*notes, *images.first_of(several)])


def framer(size: tuple[int, int], framing: str) -> Callable[[np.ndarray], np.ndarray]:
    """Returns what brings a picture, shape `(h, w, channels)`, uint8, to a size, float32 in [0, 1]."""
    frame = tf.function(Framing(size, framing), input_signature=[tf.TensorSpec((1, None, None, None))], autograph=False)
    return lambda pixels: np.asarray(frame(pixels[None].astype("float32")))[0] / np.float32(255)


def channels_of(picture: Picture) -> int:
    """Returns 1 if a picture is grey, whatever its file says, and otherwise 3."""
    return 1 if (picture.pixels == picture.pixels[..., :1]).all() else 3


def stacked(found: Sequence[np.ndarray], size: tuple[int, int], color: bool) -> np.ndarray:
    """Returns pictures, each of the shape `(*size, channels)`, as samples: `(n, *size, 3)`, or `(n, *size)` of grey."""
    x = np.zeros((len(found), *size, *([3] if color else [])), "float32")
    for row, framed in zip(x, found, strict=True):
        row[...] = framed if color else framed[..., 0]
    return x


def labelled(names: Sequence[str], source: str) -> np.ndarray:
    """Returns the folder at the top of each name, shape `(n,)`; "" where they lie in none.

    Raises:
        UsageError: If some lie in folders and others beside these.
    """
    words = np.array([PurePosixPath(name).parts[0] if "/" in name else "" for name in names])
    tops = sorted(set(words.tolist()) - {""})
    if tops and (words == "").any():
        raise UsageError(
            f"{source} holds pictures both in folders ({', '.join(tops[:NAMED])}) and beside them: give each a "
            "folder, or none."
        )
    return words


def shown(units: Framed) -> str:
    """Says what pictures were made."""
    how, colors = "cropped" if units.mode == "crop" else "padded", "color" if units.channels else "grey"
    return f"{units.size[0]} x {units.size[1]}, {how}, {colors}"


def _of_parts(loaded: Loaded, source: str) -> dict[str, np.ndarray]:
    """Returns arrays by part, with the folders within a part's folder as labels, where there are several."""
    paths = [PurePosixPath(name).parts for name in loaded.names]
    part_of = np.array([PARTS[path[0]] for path in paths])
    words = np.array([path[1] if len(path) > 2 else "" for path in paths])
    labelled = len(set(words)) > 1
    arrays = {}
    for part in dict.fromkeys(part_of.tolist()):
        arrays[f"x_{part}"] = loaded.x[part_of == part]
        if labelled:
            arrays[f"y_{part}"] = words[part_of == part]
    return arrays


def _first(skipped: Sequence[tuple[str, str]]) -> str:
    """Returns the first skipped file and its reason, to be put behind a sentence."""
    return f" {skipped[0][0]} {skipped[0][1]}." if skipped else ""
