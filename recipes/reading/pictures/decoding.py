"""Reads what Pillow can, deep PNG, and deep PGM and PPM; TIFF is read in a file of its own."""

import io
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import numpy as np
import tensorflow as tf
from PIL import Image, ImageCms

from recipes.reading.pictures import about
from recipes.reading.pictures.raw import INTEGERS, LEVELS, MOST_PIXELS, Facts, Raw
from zoo import UsageError

# Pillow knows more, of which some start other programs.
FORMATS = ("JPEG", "PNG", "BMP", "DIB", "WEBP", "TIFF", "GIF", "PPM")
PNG = b"\x89PNG\r\n\x1a\n"
NETPBM = re.compile(rb"P([56])(?:\s|#.*\n)+(\d+)(?:\s|#.*\n)+(\d+)(?:\s|#.*\n)+(\d+)\s")
FULL = 65535


class PillowFile:
    """A file that Pillow reads, frame by frame."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def facts(self) -> Facts:
        """What the file says."""
        with Image.open(self.path, formats=FORMATS) as image:
            exif = about.exif_of(image)
            size = image.size[::-1] if about.orientation(exif) < 5 else image.size
            count, notes = getattr(image, "n_frames", 1), []
            if image.format == "MPO":  # a photograph, with a small copy or another view of it
                notes.append(f"holds {count} pictures, of which the first is used")
                count = 1
            if image.info.get("default_image"):
                notes.append("has a still picture besides its frames, which is left out")
                count -= 1
            if "photoshop" in image.info:
                notes.append("holds IPTC notes, which are left out")
            return Facts(size, count, notes=tuple(notes))

    def __iter__(self) -> Iterator[Raw]:
        with Image.open(self.path, formats=FORMATS) as image:
            first = 1 if image.info.get("default_image") else 0
            for i in range(first, first + self.facts.count):
                image.seek(i)
                yield of_pillow(self.path, image)


def of_pillow(path: Path, image: Image.Image) -> Raw:
    """Returns the frame that an opened image is at."""
    image.load()
    exif = about.exif_of(image)
    profile = image.info.get("icc_profile") or None
    notes = about.of(image.info, exif)
    if image.mode == "CMYK":
        values, profile = np.asarray(_from_cmyk(image, profile)), None
    else:
        values = _values(path, image)
    return Raw(values, about.orientation(exif), profile, notes, duration=image.info.get("duration"))


def _from_cmyk(image: Image.Image, profile: bytes | None) -> Image.Image:
    try:
        source = io.BytesIO(profile or b"")
        made = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        return made or image
    except (ImageCms.PyCMSError, OSError):
        return image.convert("RGB")


def _values(path: Path, image: Image.Image) -> np.ndarray:
    mode = image.mode
    if mode in ("I", "I;16", "I;16L", "I;16B", "I;16N"):
        values = np.asarray(image)
        if values.min() < 0 or values.max() > FULL:
            raise UsageError(f"{path} holds 32-bit numbers: save it with 8 or 16 bits a channel.")
        return values.astype("uint16")[..., None]
    if mode in ("F", "LAB", "HSV"):
        raise UsageError(f"{path} holds {mode} values: save it as grey or RGB with 8 or 16 bits a channel.")
    base = "L" if mode in ("1", "L", "LA", "La") else "RGB"
    alpha = mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in image.info
    wanted = base + "A" * alpha
    values = np.asarray(image if mode == wanted else image.convert(wanted))  # convert copies even then
    return values if values.ndim == 3 else values[..., None]


class DeepPng:
    """A PNG of 16 bits a channel, which TensorFlow reads."""

    def __init__(self, path: Path, head: bytes) -> None:
        self.path, self.head = path, head

    @cached_property
    def facts(self) -> Facts:
        """What the file says."""
        with Image.open(self.path, formats=("PNG",)) as image:  # reads the header, and refuses bombs
            size = image.size[::-1] if about.orientation(about.exif_of(image)) < 5 else image.size
            frames = getattr(image, "n_frames", 1)
        notes = (f"holds {frames} frames of 16 bits, of which the first is used",) if frames > 1 else ()
        # Values of fewer bits are scaled up, says the specification; where they are not, they stay below that level.
        bits = max(_significant_bits(self.head), default=0)
        levels = (2.0**bits - 1, FULL) if 8 < bits < 16 else LEVELS
        return Facts(size, 1, INTEGERS, FULL if bits == 16 else None, levels, notes)

    def __iter__(self) -> Iterator[Raw]:
        with Image.open(self.path, formats=("PNG",)) as image:
            exif = about.exif_of(image)
            notes, profile = about.of(image.info, exif), image.info.get("icc_profile") or None
        try:
            values = tf.io.decode_png(self.path.read_bytes(), dtype=tf.uint16).numpy()
        except tf.errors.OpError:
            raise UsageError(f"{self.path} is no whole picture: fetch or save it again.") from None
        yield Raw(values, about.orientation(exif), profile, notes)


def _significant_bits(head: bytes) -> bytes:
    """Returns the bits that count in each channel, as a PNG's beginning says; nothing where it does not."""
    return next((data for name, data in chunks(head) if name == b"sBIT"), b"")


def chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yields the names and contents of a PNG's chunks, before its pixels."""
    at = len(PNG)
    while (name := png[at + 4 : at + 8]) not in (b"", b"IDAT"):
        length = int.from_bytes(png[at : at + 4], "big")
        yield name, png[at + 8 : at + 8 + length]
        at += 12 + length


class DeepNetpbm:
    """A PGM or PPM of more than 8 bits, which Pillow cuts down; it says itself what is white."""

    def __init__(self, path: Path, header: re.Match[bytes]) -> None:
        self.path, self.begin = path, header.end()
        kind, width, height, white = (int(part) for part in header.groups())
        if width * height > MOST_PIXELS:
            raise Image.DecompressionBombError
        self.shape = (height, width, 3 if kind == 6 else 1)
        self.facts = Facts((height, width), 1, INTEGERS, float(white))

    def __iter__(self) -> Iterator[Raw]:
        values = np.fromfile(self.path, ">u2", offset=self.begin)
        count = int(np.prod(self.shape))
        if values.size < count:
            raise ValueError(f"it holds {values.size:,} of {count:,} values")
        yield Raw(values[:count].astype("uint16").reshape(self.shape))


def deep_netpbm(head: bytes) -> re.Match[bytes] | None:
    """Returns the header of a PGM or PPM of more than 8 bits."""
    header = NETPBM.match(head)
    return header if header and 255 < int(header[4]) <= FULL else None
