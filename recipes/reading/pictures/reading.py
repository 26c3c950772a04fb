"""Reads all pictures of a file, or its first, upright and in their own depth; whatever is wrong becomes a sentence."""

import functools
import itertools
import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from recipes.reading.pictures.decoding import PNG, DeepNetpbm, DeepPng, PillowFile, deep_netpbm
from recipes.reading.pictures.picture import Picture
from recipes.reading.pictures.raw import MOST_PIXELS, Decoder, Facts, Raw
from recipes.reading.pictures.tiff_reading import SIGNATURES, TiffFile
from recipes.reading.pictures.white import Whites
from zoo import UsageError
from zoo.checks import said

ENDINGS = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff", ".gif", ".pgm", ".ppm", ".pnm")
for library in ("tifffile", "PIL"):
    logging.getLogger(library).setLevel(logging.CRITICAL)  # what is wrong with a file is said in one sentence
HEAD = 1 << 16  # bytes in which what kind of file it is is looked for
UPRIGHT: dict[int, Callable[[np.ndarray], np.ndarray]] = {
    2: lambda x: x[:, ::-1],
    3: lambda x: x[::-1, ::-1],
    4: lambda x: x[::-1],
    5: lambda x: x.swapaxes(0, 1),
    6: lambda x: np.rot90(x, -1),
    7: lambda x: x[::-1, ::-1].swapaxes(0, 1),
    8: lambda x: np.rot90(x),
}


def read(path: str | Path, whites: Whites | None = None) -> Picture:
    """Reads a picture in its own depth, the first one of several, turned as EXIF says.

    CMYK becomes sRGB, by its profile where it has one; a palette becomes the colors that it stands for.

    Args:
        path: The file.
        whites: What is white in pictures that were made alike; if not given, each file says it by itself.

    Raises:
        UsageError: If it is no picture, is damaged, or is larger than any honest one.
    """
    return next(frames(path, whites))


def frames(path: str | Path, whites: Whites | None = None) -> Iterator[Picture]:
    """Reads all pictures of a file, one after the other: an animation's frames, whole, or a TIFF's pages.

    Raises:
        UsageError: As `read`.
    """
    path, whites = Path(path), whites or Whites()
    with _guarded(path):
        decoder = _decoder(path)
        raws = iter(decoder)

    @functools.cache
    def white() -> float:
        return whites.of(decoder.facts, lambda: largest(path))

    for number in itertools.count():
        with _guarded(path):
            raw = next(raws, None)
            if raw is None and not number:
                raise ValueError("it holds no picture")
            if raw is None:
                return
            picture = _picture(path, raw, white, beyond=whites.given is not None)
        yield picture


def facts(path: str | Path) -> Facts:
    """Returns what a file says of its pictures, without decoding them.

    Raises:
        UsageError: As `read`.
    """
    path = Path(path)
    with _guarded(path):
        return _decoder(path).facts


def largest(path: str | Path) -> float:
    """Returns the largest value in a file's pictures.

    Raises:
        UsageError: As `read`.
    """
    path = Path(path)
    with _guarded(path):
        return max(float(_colors(raw).max()) for raw in _decoder(path))


def _decoder(path: Path) -> Decoder:
    if path.exists() and not path.is_file():
        raise UsageError(f"{path} is a folder or a device: {_wanted()}")  # a pipe would be waited for for ever
    with path.open("rb") as opened:
        head = opened.read(HEAD)
    if not head:
        raise UsageError(f"{path} is empty (0 bytes): fetch or save it again.")
    if head.startswith(PNG) and head[24:25] == b"\x10":
        return DeepPng(path, head)
    if head.startswith(SIGNATURES):
        return TiffFile(path)
    header = deep_netpbm(head)
    return DeepNetpbm(path, header) if header else PillowFile(path)


def _picture(path: Path, raw: Raw, find_white: Callable[[], float], beyond: bool) -> Picture:
    """Returns a picture upright, with black at 0.

    Args:
        path: Its file.
        raw: The picture as it lies there.
        find_white: Gives the value that is white, of more than 8 bits.
        beyond: Whether values may be beyond white.
    """
    values, white = raw.values, None
    if values.dtype != np.uint8:
        colors = _colors(raw)
        if not np.isfinite(colors).all() or colors.min() < 0:
            raise UsageError(f"{path} holds values below 0, or no numbers: clean it, and save it with 0 as black.")
        white = find_white()
        if colors.max() > white and not beyond:
            raise UsageError(
                f"{path} holds values up to {colors.max():g}, above its white, {white:g}: say with --white which is."
            )
        if raw.negative:
            values = values.copy()
            values[..., 0] = white - np.minimum(values[..., 0], values.dtype.type(white))
    x = np.ascontiguousarray(UPRIGHT.get(raw.orientation, lambda x: x)(values))
    alpha = x.shape[-1] in (2, 4)
    return Picture(
        np.ascontiguousarray(x[..., :-1]) if alpha else x,
        np.ascontiguousarray(x[..., -1]) if alpha else None,
        raw.profile,
        white,
        raw.about,
        raw.duration,
    )


def _colors(raw: Raw) -> np.ndarray:
    """Returns the values without alpha."""
    return raw.values[..., :-1] if raw.values.shape[-1] in (2, 4) else raw.values


@contextmanager
def _guarded(path: Path) -> Iterator[None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of sizes above half of MOST_PIXELS, and of odd metadata
            yield
    except (UsageError, MemoryError):
        raise
    except (UnidentifiedImageError, SyntaxError):
        raise UsageError(f"{path} is no picture, or its header is damaged: {_wanted()}") from None
    except OSError as error:
        if error.errno is not None:
            raise UsageError(f"{path} cannot be opened ({error.strerror}).") from None
        raise UsageError(_damaged(path, error)) from None
    except Image.DecompressionBombError:
        raise UsageError(f"{path} would unpack to over {MOST_PIXELS:,} pixels: cut it into parts.") from None
    except Exception as error:  # damaged files make decoders raise anything
        raise UsageError(_damaged(path, error)) from None


def _damaged(path: Path, error: Exception) -> str:
    return f"{path} is no whole picture ({said(error):.300}): fetch or save it again."


def _wanted() -> str:
    return f"give a file that ends in {', '.join(ENDINGS)} and holds what its name says."
