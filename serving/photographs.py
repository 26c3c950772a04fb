"""Pictures of 8 bits a channel read from files and written to files, with opacity and profile, by Pillow alone."""

from __future__ import annotations

import contextlib
import warnings
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageCms, ImageOps

from serving import files
from serving.container import LARGEST
from serving.refusing import Refused, guarded

# Pillow knows more, of which some start other programs.
READ = ("JPEG", "PNG", "BMP", "DIB", "WEBP", "TIFF", "GIF", "PPM", "AVIF")
ENDINGS = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff", ".gif", ".ppm", ".pgm", ".avif")
# Formats without loss, by ending; and what they cannot hold.
WRITTEN: dict[str, tuple[str, dict[str, Any]]] = {
    ".png": ("PNG", {}),
    ".tif": ("TIFF", {"compression": "tiff_adobe_deflate"}),
    ".tiff": ("TIFF", {"compression": "tiff_adobe_deflate"}),
    ".webp": ("WEBP", {"lossless": True, "exact": True}),
}
LONGEST_WEBP = 16_383  # pixels a side
DEEP = ("I;16", "I;16L", "I;16B", "I;16N", "I", "F")


@dataclass(frozen=True)
class Photograph:
    """A picture, upright.

    Attributes:
        pixels: uint8, shape `(height, width, 1)` or `(height, width, 3)`.
        alpha: Opacity, shape `(height, width)`; None where there is none.
        profile: The ICC profile that says what colors mean; maybe empty.
    """

    pixels: np.ndarray
    alpha: np.ndarray | None = None
    profile: bytes = b""


def read(file: Path) -> Photograph:
    """Reads a picture and turns it as EXIF says.

    Raises:
        Refused: If it is none, is damaged, has several frames, or more than 8 bits a channel.
    """
    if not file.is_file():
        raise Refused(f"{file} is not there: give the path to a picture.")
    limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, LARGEST // 2  # of twice as many, Pillow opens none
    try:
        with guarded(file, "is no whole picture"), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of sizes above half of the limit, and of odd metadata
            with Image.open(file, formats=READ) as image:
                return _read(file, image)
    finally:
        Image.MAX_IMAGE_PIXELS = limit


def _read(file: Path, image: Image.Image) -> Photograph:
    frames = getattr(image, "n_frames", 1)
    if frames > 1 and image.format != "MPO":
        raise Refused(f"{file} holds {frames} frames, and an .azc file one picture: save them one by one.")
    if image.mode in DEEP or _has_16_bits(file, image):
        raise Refused(f"{file} has more than 8 bits a channel, which an .azc file cannot hold: save it with 8 bits.")
    profile = image.info.get("icc_profile") or b""
    image = ImageOps.exif_transpose(image)
    if image.mode in ("CMYK", "LAB", "YCbCr", "HSV"):
        image, profile = _as_rgb(image, profile), b""
    has_alpha = image.has_transparency_data
    grey = image.mode in ("1", "L", "LA", "La")
    values = np.asarray(image.convert(("LA" if grey else "RGBA") if has_alpha else ("L" if grey else "RGB")))
    values = values[..., None] if values.ndim == 2 else values
    if not has_alpha:
        return Photograph(values, None, profile)
    return Photograph(np.ascontiguousarray(values[..., :-1]), np.ascontiguousarray(values[..., -1]), profile)


def _has_16_bits(file: Path, image: Image.Image) -> bool:
    """Says whether a file holds more bits than Pillow reads of it."""
    if image.format == "PNG":
        with file.open("rb") as opened:
            return opened.read(25)[24:25] == b"\x10"
    bits = getattr(image, "tag_v2", {}).get(258, (8,)) if image.format == "TIFF" else (8,)
    return max(bits if isinstance(bits, tuple) else (bits,)) > 8


def _as_rgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Returns a picture of other colors in sRGB, by its profile where it has one."""
    import io

    with contextlib.suppress(ImageCms.PyCMSError, OSError):
        made = ImageCms.profileToProfile(image, io.BytesIO(profile), ImageCms.createProfile("sRGB"), outputMode="RGB")
        if made is not None:
            return made
    return image.convert("RGB")


def ending(file: Path) -> None:
    """Raises `Refused` unless a file can be written under that name, without loss."""
    if file.suffix.lower() not in WRITTEN:
        raise Refused(
            f"{file} must end in {', '.join(WRITTEN)} to be written: call it {file.with_suffix('.png').name}."
        )


def write(picture: Photograph, file: Path) -> None:
    """Writes a picture without loss, aside and then in place.

    Raises:
        Refused: If the name ends in no such format, or the format holds no picture so large.
    """
    ending(file)
    kind, options = WRITTEN[file.suffix.lower()]
    if kind == "WEBP" and max(picture.pixels.shape) > LONGEST_WEBP:
        raise Refused(
            f"{file} cannot hold sides of over {LONGEST_WEBP:,} pixels: call it {file.with_suffix('.png').name}."
        )
    x = picture.pixels
    x = x if picture.alpha is None else np.concatenate([x, picture.alpha[..., None]], axis=-1)
    image = Image.fromarray(x[..., 0] if x.shape[-1] == 1 else np.ascontiguousarray(x))
    if picture.profile:
        options = {**options, "icc_profile": picture.profile}
    with files.aside(file) as new:
        image.save(new, kind, **options)


def packed_alpha(alpha: np.ndarray) -> bytes:
    """Returns opacity as bytes, without loss: each row as what it differs from the one above, deflated."""
    above = np.concatenate([np.zeros_like(alpha[:1]), alpha[:-1]])
    return zlib.compress((alpha - above).tobytes(), 9)


def unpacked_alpha(name: object, content: bytes, shape: tuple[int, int]) -> np.ndarray:
    """Returns opacity of that shape.

    Raises:
        Refused: If the bytes are no such.
    """
    size = shape[0] * shape[1]
    with guarded(name, "has a damaged opacity"):
        unpacker = zlib.decompressobj()
        found = unpacker.decompress(content, size)
        if len(found) != size or not unpacker.eof or unpacker.unused_data:
            raise ValueError(f"{len(found):,} of {size:,} values")
    return np.cumsum(np.frombuffer(found, "uint8").reshape(shape), axis=0, dtype="uint8")
