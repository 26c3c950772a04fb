"""Writes TIFF page by page, black at 0: tifffile writes all but EXIF's own directories."""

import io
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from recipes.reading.pictures.about import WITHIN
from recipes.reading.pictures.picture import Picture

XMP, MOST, LONG, SHORT, BYTES, TEXT = 700, 281, 4, 3, 1, 2  # tags, and types of values
NAMED = {0x010E: "description", 0x0131: "software", 0x0132: "datetime"}  # which tifffile takes by name
FULL = 65535
BIG = 4_000_000_000  # bytes of pages from which their places may need 64 bits


def write_tiff(pictures: Iterable[Picture], profile: bytes | None, target: Path, size: int) -> None:
    """Writes pictures, each as a page of its own; none is kept.

    Args:
        pictures: Of any depth and size.
        profile: The first one's ICC profile, which pages of as many channels get.
        target: The file.
        size: Bytes of all, about; the camera's settings and the place, of EXIF, are left out of more than 4 GB.
    """
    import tifffile

    inner: list[tuple[int, int, dict[int, Any]]] = []  # page, tag and directory
    channels = 0
    with tifffile.TiffWriter(target, byteorder="<", bigtiff=size > BIG) as writer:
        for number, picture in enumerate(pictures):
            channels = channels or picture.pixels.shape[-1]
            same = picture.pixels.shape[-1] == channels
            named, extra, within = _tags(picture, size > BIG)
            x = picture.pixels
            x = x if picture.alpha is None else np.concatenate([x, picture.alpha[..., None]], axis=-1)
            writer.write(
                x[..., 0] if x.shape[-1] == 1 else x,
                photometric="rgb" if x.shape[-1] > 2 else "minisblack",
                planarconfig="contig" if x.shape[-1] > 1 else None,
                extrasamples=["unassalpha"] if picture.alpha is not None else None,
                compression="zlib",
                iccprofile=profile if same else None,
                metadata=None,
                software=named.pop("software", False),
                extratags=extra,
                **named,
            )
            inner += [(number, tag, directory) for tag, directory in within.items()]
    if inner:
        _append(inner, target)


def _tags(
    picture: Picture, big: bool
) -> tuple[dict[str, Any], list[tuple[int, int, int, Any, bool]], dict[int, dict[int, Any]]]:
    """Returns what is said of a picture: tifffile's arguments, further tags, and directories within."""
    named: dict[str, Any] = {}
    extra: list[tuple[int, int, int, Any, bool]] = []
    exif = Image.Exif()
    if picture.about.exif:
        exif.load(picture.about.exif)
    within = {tag: exif.get_ifd(tag) for tag in WITHIN if exif.get_ifd(tag) and not big}
    for tag, value in exif.items():
        if tag in NAMED:
            named[NAMED[tag]] = str(value).encode("utf-8", "replace") if tag != 0x0132 else str(value)
        elif isinstance(value, str):
            extra.append((tag, TEXT, 0, value.encode("utf-8", "replace"), False))
        elif isinstance(value, bytes):
            extra.append((tag, BYTES, len(value), value, False))
    # Where they are is known when all is written; tifffile refuses to write their tags, but not those before.
    extra += [(tag - 1, LONG, 1, 0, False) for tag in within]
    if picture.about.xmp:
        extra.append((XMP, BYTES, len(picture.about.xmp), picture.about.xmp, False))
    if picture.pixels.dtype == np.uint16:
        channels = picture.pixels.shape[-1] + (picture.alpha is not None)
        extra.append(
            (MOST, SHORT, channels, [int(picture.top)] * channels if channels > 1 else int(picture.top), False)
        )
    if picture.about.dpi:
        named |= {"resolution": picture.about.dpi, "resolutionunit": "INCH"}
    return named, extra, within


def _append(inner: list[tuple[int, int, dict[int, Any]]], target: Path) -> None:
    """Writes directories behind all else, and where they are into their pages."""
    import tifffile

    with target.open("r+b") as opened:
        places = []
        for number, tag, directory in inner:
            at = opened.seek(0, io.SEEK_END)
            at += opened.write(b"\0" * (at % 2))
            made = ImageFileDirectory_v2(b"II*\0\x08\0\0\0", group=tag)
            for key, value in directory.items():
                made[key] = value
            opened.write(made.tobytes(at))
            opened.flush()
            places.append((number, tag, at))
        with tifffile.TiffFile(target) as tiff:
            entries = [tiff.pages[number].aspage().tags[tag - 1].offset for number, tag, _ in places]
        for (_, tag, at), entry in zip(places, entries, strict=True):
            opened.seek(entry)
            opened.write(struct.pack("<HHII", tag, LONG, 1, at))
