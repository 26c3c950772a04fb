"""Writes pictures in their own depth, with all that the format can hold; says what it cannot."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from recipes.reading.pictures.deep_png import write_deep_png
from recipes.reading.pictures.picture import Picture
from recipes.reading.pictures.tiff_writing import write_tiff
from zoo import UsageError
from zoo.files import replacing

MOST_BYTES = 2_000_000_000  # of the frames of an animation, which Pillow keeps until the last is there


@dataclass(frozen=True)
class Kind:
    """What a format can hold, and how it is written without loss, or nearly so."""

    name: str
    deep: bool = False
    floats: bool = False
    alpha: bool = False
    profile: bool = True
    frames: bool = False
    longest: int = 1 << 31  # pixels a side
    options: tuple[tuple[str, Any], ...] = ()
    notes: bool = True  # EXIF and XMP


_JPEG = Kind("JPEG", longest=65_535, options=(("quality", 95), ("subsampling", 0)))
_TIFF = Kind("TIFF", deep=True, floats=True, alpha=True, frames=True)
KINDS = {
    ".png": Kind("PNG", deep=True, alpha=True, frames=True),
    ".jpg": _JPEG,
    ".jpeg": _JPEG,
    ".tif": _TIFF,
    ".tiff": _TIFF,
    ".webp": Kind(
        "WEBP", alpha=True, frames=True, longest=16_383, options=(("lossless", True), ("exact", True), ("method", 4))
    ),
    ".gif": Kind("GIF", alpha=True, profile=False, frames=True, longest=65_535, notes=False),
    ".bmp": Kind("BMP", profile=False, notes=False),
}


def lacking(picture: Picture, path: Path, count: int = 1) -> str:
    """Says what of a picture the file's format cannot hold, a phrase; nothing if it holds all that must survive.

    Args:
        picture: The picture, or the first of several.
        path: The file.
        count: How many there are.
    """
    kind, profile = KINDS[path.suffix.lower()], fitting_profile(picture)
    dtype = picture.pixels.dtype
    missing = [
        what
        for lacks, what in (
            (dtype == np.uint16 and (not kind.deep or (count > 1 and kind.name != "TIFF")), "16 bits a channel"),
            (dtype == np.float32 and not kind.floats, "floating-point values"),
            (picture.alpha is not None and not kind.alpha, "transparency"),
            (profile is not None and not kind.profile, "a color profile"),
            (max(picture.pixels.shape) > kind.longest, f"sides of over {kind.longest:,} pixels"),
            (count > 1 and not kind.frames, f"{count:,} frames"),
            (
                count > 1 and kind.name != "TIFF" and count * picture.pixels.nbytes > MOST_BYTES,
                f"frames of over {MOST_BYTES / 1e9:.0f} GB in all",
            ),
        )
        if lacks
    ]
    return f"cannot hold {' and '.join(missing)}, being {kind.name}" if missing else ""


def losses(picture: Picture, path: Path) -> list[str]:
    """Says what a picture loses that costs it no pixel; phrases."""
    kind, notes = KINDS[path.suffix.lower()], picture.about
    there = [name for name, data in (("EXIF", notes.exif), ("XMP", notes.xmp)) if data and not kind.notes]
    lost = [f"loses its {name}, which {kind.name} cannot hold" for name in there]
    if picture.profile and not fitting_profile(picture):
        lost.append("loses its color profile, which is for other channels")
    return lost


def instead(picture: Picture, path: Path, count: int = 1) -> Path:
    """Returns what to call a file such that it can hold the picture."""
    tiff = picture.pixels.dtype == np.float32 or (count > 1 and picture.pixels.dtype != np.uint8)
    return path.with_suffix(".tif" if tiff else ".png")


def write(picture: Picture | Iterable[Picture], path: str | Path, count: int = 1) -> None:
    """Writes a picture, or the frames of several, in their own depth; aside, and then in place.

    Alpha, profile, EXIF, XMP and resolution are written where the format knows them. A profile of another number of
    channels than the pixels have (grey ones that became color) is left out.

    Args:
        picture: What to write; of several, one after the other is asked for, and a TIFF keeps none of them.
        path: The file; its ending gives the format: .png, .tif, .webp (these without loss), .jpg, .gif or .bmp.
        count: How many there are.

    Raises:
        UsageError: If the ending is no such format, or the format cannot hold the picture.
        OSError: If the file cannot be written.
    """
    path = Path(path)
    kind = KINDS.get(path.suffix.lower())
    if kind is None:
        raise UsageError(
            f"{path} must end in {', '.join(KINDS)} to be written: call it {path.with_suffix('.png').name}."
        )
    pictures = iter([picture] if isinstance(picture, Picture) else picture)
    first = next(pictures)
    if missing := lacking(first, path, count):
        raise UsageError(f"{path} {missing}: call it {instead(first, path, count).name}.")
    profile = fitting_profile(first)
    with replacing(path) as target:
        if kind.name == "TIFF":
            write_tiff(chain([first], pictures), profile, target, count * first.pixels.nbytes)
        elif first.pixels.dtype == np.uint16:
            write_deep_png(first, profile, notes_of(first, kind), target)
        else:
            _write(first, pictures, kind, profile, target, count)


def _write(
    first: Picture, rest: Iterator[Picture], kind: Kind, profile: bytes | None, target: Path, count: int
) -> None:
    """Writes with Pillow."""
    options = {**dict(kind.options), **notes_of(first, kind)}
    if profile:
        options["icc_profile"] = profile
    if count == 1:
        as_image(first).save(target, kind.name, **options)
        return
    pictures = [first, *rest]
    alpha = any(picture.alpha is not None for picture in pictures)
    images = [as_image(picture, alpha) for picture in pictures]
    if any(image.size != images[0].size for image in images):
        raise UsageError(f"its frames differ in size, which {kind.name} cannot hold: call it {target.stem}.tif.")
    loop = first.about.loop
    if kind.name != "GIF" or loop != 1:
        options["loop"] = loop
    if kind.name == "GIF" and alpha:
        options["disposal"] = 2
    durations = [round(picture.duration or 0) for picture in pictures]
    images[0].save(target, kind.name, save_all=True, append_images=images[1:], duration=durations, **options)


def as_image(picture: Picture, alpha: bool = False) -> Image.Image:
    """Returns bytes as Pillow has them, with opacity if there is any or it is asked for."""
    x = picture.pixels
    if picture.alpha is not None or alpha:
        opacity = np.full(x.shape[:2], 255, "uint8") if picture.alpha is None else picture.alpha
        x = np.concatenate([x, opacity[..., None]], axis=-1)
    image = Image.fromarray(x[..., 0] if x.shape[-1] == 1 else x)
    return image.convert("RGBA") if alpha else image


def notes_of(picture: Picture, kind: Kind) -> dict[str, Any]:
    """Returns what is said of a picture, as Pillow's `save` takes it."""
    notes = picture.about
    options: dict[str, Any] = {}
    if kind.name in ("JPEG", "PNG", "BMP") and notes.dpi:
        options["dpi"] = notes.dpi
    if kind.notes and notes.exif:
        options["exif"] = notes.exif
    if kind.name == "WEBP" and notes.dpi:
        exif = Image.Exif()
        exif.load(notes.exif or b"")
        exif[0x011A], exif[0x011B], exif[0x0128] = *notes.dpi, 2  # an inch
        options["exif"] = exif.tobytes()
    if kind.notes and notes.xmp and kind.name == "PNG":
        text = PngInfo()
        text.add_itxt("XML:com.adobe.xmp", notes.xmp.decode("utf-8", "replace"))
        options["pnginfo"] = text
    elif kind.notes and notes.xmp:
        options["xmp"] = notes.xmp
    return options


def fitting_profile(picture: Picture) -> bytes | None:
    """Returns the profile, if it is one of grey for grey, or of RGB for color: its header says so at byte 16."""
    profile = picture.profile
    wanted = b"GRAY" if picture.pixels.shape[-1] == 1 else b"RGB "
    return profile if profile and profile[16:20] == wanted else None
