"""A folder of pictures: a row each, called by its path in the folder."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from serving import photographs
from serving.refusing import Refused
from serving.scoring.rows import Bad, Block, of_rows
from serving.signatures import Spec

ROWS = 64  # at a time, of those of one size
SCALED = "image"  # an input of floats that goes from 0 to 1; others go from 0 to 255


def reads(source: Path) -> bool:
    """Says whether it is a folder."""
    return source.is_dir()


def names(source: Path) -> None:
    """Returns nothing: there are no columns."""


def blocks(source: Path, inputs: Mapping[str, Spec], columns: Mapping[str, Sequence[str]]) -> Iterator[Block]:
    """Yields the pictures, sorted by path, always in the same blocks.

    Args:
        source: The folder.
        inputs: What the signature takes, by name: pictures.
        columns: Not used.

    Raises:
        Refused: If the signature takes something else.
    """
    wanted = of_rows(inputs)
    ((name, spec),) = wanted.items() if len(wanted) == 1 else [("", Spec("", ()))]
    if len(spec.shape) not in (3, 4):
        raise Refused(f"The signature takes no pictures but {', '.join(map(str, inputs.values()))}: give a table.")
    files = sorted(file for file in source.rglob("*") if file.suffix.lower() in photographs.ENDINGS and file.is_file())
    many = 1 if None in spec.shape[1:3] else ROWS
    for start in range(0, len(files), many):
        rows, values, bad = list[str](), list[np.ndarray](), list[Bad]()
        for file in files[start : start + many]:
            row = os.fsencode(file.relative_to(source).as_posix()).decode("utf-8", "backslashreplace")
            try:
                values.append(_pixels(file, name, spec))
            except Refused as refused:
                bad.append((row, str(refused)))
            else:
                rows.append(row)
        yield Block(np.array(rows, object), {name: np.stack(values)} if rows else {}, bad)


def _pixels(file: Path, name: str, spec: Spec) -> np.ndarray:
    """Returns a picture as the signature takes it, without opacity.

    Raises:
        Refused: If it is none, or of another size.
    """
    pixels = photographs.read(file).pixels
    channels = spec.shape[3] if len(spec.shape) == 4 else 1
    if channels == 1 and pixels.shape[2] == 3:
        pixels = np.asarray(Image.fromarray(pixels).convert("L"))[..., None]
    elif channels == 3 and pixels.shape[2] == 1:
        pixels = np.repeat(pixels, 3, axis=2)
    found = pixels[..., 0] if len(spec.shape) == 3 else pixels
    if any(wanted not in (None, size) for wanted, size in zip(spec.shape[1:], found.shape, strict=True)):
        raise Refused(f"{file} is {found.shape[1]} x {found.shape[0]} pixels, and must be {spec}: resize it.")
    scale = 255 if name == SCALED and spec.dtype != "uint8" else 1
    return (found / scale).astype(spec.dtype)
