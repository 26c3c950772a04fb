"""Reads TIFF: all pages, with any depth that Pillow or tifffile can read."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import IO, Any

import numpy as np
from PIL import Image, UnidentifiedImageError

from recipes.reading.pictures import about
from recipes.reading.pictures.decoding import of_pillow
from recipes.reading.pictures.raw import BYTES, FLOATS, INTEGERS, LEVELS, MOST_PIXELS, Facts, Raw
from zoo import UsageError

SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
PROFILE, XMP, MOST, MOST_FLOAT = 34675, 700, 281, 341  # tags
REDUCED, MASK = 1, 4  # bits of a page's kind
FLOAT = 3  # a sample's format
KINDS = (("RGB", 3), ("MINISBLACK", 1), ("MINISWHITE", 1))  # photometric interpretation, and channels


class TiffFile:
    """A TIFF, page by page; reduced copies and masks of pages are left out."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def facts(self) -> Facts:
        """What the file says."""
        import tifffile

        with tifffile.TiffFile(self.path) as tiff:
            pages, left = _pages(tiff)
            page = next((page for page in pages if _depth(page) != BYTES), pages[0])
            depth, white = _depth(page), None
            if depth == FLOATS:
                white = _number(page, MOST_FLOAT)
            elif depth == INTEGERS and page.bitspersample < 16:
                white = 2.0**page.bitspersample - 1
            elif depth == INTEGERS and (most := _number(page, MOST)):
                white = next((white for white in LEVELS if most <= white), None)  # some write the largest that occurs
            size = (page.imagelength, page.imagewidth)
            turned = _number(page, about.ORIENTATION) or 1
            notes = [f"holds {left} reduced copies or masks of its pages, which are left out"] if left else []
            if page.photometric.name == "MINISWHITE":
                notes.append("has 0 as white, and is read with 0 as black")
            return Facts(size if turned < 5 else size[::-1], len(pages), depth, white, notes=tuple(notes))

    def __iter__(self) -> Iterator[Raw]:
        import tifffile

        with contextlib.ExitStack() as stack:
            tiff = stack.enter_context(tifffile.TiffFile(self.path))
            opened = stack.enter_context(self.path.open("rb"))
            image = None
            for page in _pages(tiff)[0]:
                if 0 in page.databytecounts or 0 in page.dataoffsets or len(page.dataoffsets) < np.prod(page.chunked):
                    raise ValueError("strips or tiles of it are missing")  # readers would give black
                exif = _directory(opened, tiff, page)
                if _native(page, tiff.byteorder):
                    yield self._read(page, exif)
                    continue
                try:
                    # Of a file that Pillow opens itself it maps what lies on its side into memory, and scrambles it.
                    image = image or Image.open(stack.enter_context(self.path.open("rb")), formats=("TIFF",))
                    image.seek(page.index)
                except UnidentifiedImageError:
                    raise self._unknown(page) from None
                raw = of_pillow(self.path, image)
                negative = page.photometric.name == "MINISWHITE" and raw.values.dtype != np.uint8  # Pillow turns those
                notes = about.of(image.info, exif, about.resolution_of_tags(exif))
                yield Raw(raw.values, 1, raw.profile, notes, negative)  # Pillow has turned it

    def _read(self, page: Any, exif: Image.Exif) -> Raw:
        """Reads a page that Pillow would cut down."""
        if page.imagewidth * page.imagelength > MOST_PIXELS:
            raise Image.DecompressionBombError
        alpha = [int(kind) for kind in page.extrasamples]
        if alpha not in ([], [2]) or (page.photometric.name, page.samplesperpixel - len(alpha)) not in KINDS:
            raise self._unknown(page)
        try:
            values = page.asarray()
        except ValueError as error:
            if "imagecodecs" not in str(error):
                raise
            raise UsageError(
                f"{self.path} is packed with {page.compression.name}, at {page.bitspersample} bits a channel: save it "
                "with deflate (ZIP)."
            ) from None
        values = np.moveaxis(values, 0, -1) if page.axes == "SYX" else values
        values = values[..., None] if values.ndim == 2 else values
        if values.shape != (page.imagelength, page.imagewidth, page.samplesperpixel) or not values.size:
            raise ValueError(f"its values have the shape {values.shape}")
        packet = page.tags.valueof(XMP)
        notes = about.of({"xmp": packet} if packet else {}, exif, about.resolution_of_tags(exif))
        negative = page.photometric.name == "MINISWHITE"
        values = values.astype("float32" if values.dtype.kind == "f" else "uint16")
        return Raw(values, about.orientation(exif), page.tags.valueof(PROFILE), notes, negative)

    def _unknown(self, page: Any) -> UsageError:
        return UsageError(
            f"{self.path} holds {page.bitspersample}-bit {page.photometric.name} values in {page.samplesperpixel} "
            "channels, which is uncommon: save it as grey or RGB with 8 or 16 bits a channel, alpha not multiplied in."
        )


def _pages(tiff: Any) -> tuple[list[Any], int]:
    """Returns the pages that are pictures of their own, and how many are not."""
    pages, places = [], set()
    for page in tiff.pages:
        if page.offset in places:  # which would give pages without end
            raise ValueError("its pages follow one another in a circle")
        places.add(page.offset)
        pages.append(page.aspage())
    if not pages:
        raise ValueError("it holds no page")
    kept = [page for page in pages if not page.subfiletype & (REDUCED | MASK)] or pages[:1]
    return kept, len(pages) - len(kept)


def _depth(page: Any) -> str:
    return FLOATS if page.sampleformat == FLOAT else INTEGERS if page.bitspersample > 8 else BYTES


def _native(page: Any, order: str) -> bool:
    """Says whether tifffile reads a page: what has 16 bits in several channels, big-endian negatives, floats."""
    negative = page.photometric.name == "MINISWHITE"
    deep = page.bitspersample == 16 and page.dtype == np.uint16
    return page.sampleformat == FLOAT or (deep and (page.samplesperpixel > 1 or (negative and order == ">")))


def _number(page: Any, tag: int) -> float | None:
    """Returns a tag's value, the largest of several; None where there is no positive one."""
    with contextlib.suppress(TypeError, ValueError):
        value = float(np.max(np.asarray(page.tags.valueof(tag, 0), "float64")))
        return value if np.isfinite(value) and value > 0 else None
    return None


def _directory(opened: IO[bytes], tiff: Any, page: Any) -> Image.Exif:
    """Returns a page's directory, read as EXIF is."""
    exif = Image.Exif()
    exif.endian, exif.bigtiff = tiff.byteorder, tiff.is_bigtiff
    with contextlib.suppress(Exception):  # damaged metadata make Pillow raise anything, and cost no picture
        exif.load_from_fp(opened, page.offset)
    return exif
