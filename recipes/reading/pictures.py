"""One picture read from a file and written to one, with what has to survive: depth, alpha and colour profile.

Pillow reads and writes what has 8 bits a channel. It cuts 16-bit colour down to 8, so TensorFlow reads and writes
16-bit PNG, and tifffile 16-bit TIFF.
"""

import io
import struct
import warnings
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from PIL import Image, ImageCms, UnidentifiedImageError

from zoo import UsageError
from zoo.files import replacing

ENDINGS = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff", ".gif")
# Pillow knows more, of which some start other programs.
FORMATS = ("JPEG", "PNG", "BMP", "DIB", "WEBP", "TIFF", "GIF")
# Pillow warns at half of that; a picture of 100 megapixels is no bomb.
MOST_PIXELS = 2 * 89_478_485
ORIENTATION, PROFILE, PHOTOMETRIC = 0x0112, 0x8773, 0x0106  # EXIF's and TIFF's tags
WHITE_IS_ZERO = 0
PNG, TIFF = b"\x89PNG\r\n\x1a\n", (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
UPRIGHT: dict[int, Callable[[np.ndarray], np.ndarray]] = {
    2: lambda x: x[:, ::-1],
    3: lambda x: x[::-1, ::-1],
    4: lambda x: x[::-1],
    5: lambda x: x.swapaxes(0, 1),
    6: lambda x: np.rot90(x, -1),
    7: lambda x: x[::-1, ::-1].swapaxes(0, 1),
    8: lambda x: np.rot90(x),
}


@dataclass(frozen=True)
class Picture:
    """A picture, upright.

    Attributes:
        pixels: Shape `(height, width, channels)`, 1 channel for grey or 3 for red, green and blue; uint8, or uint16
            where the file holds more than 8 bits.
        alpha: Opacity, shape `(height, width)`, of the same type; None where the file holds none.
        profile: The ICC profile that says what the pixels' numbers mean.
    """

    pixels: np.ndarray
    alpha: np.ndarray | None = None
    profile: bytes | None = None

    def as_bytes(self, channels: int) -> np.ndarray:
        """Returns the pixels without alpha, shape `(height, width, channels)`, uint8, rounded.

        Args:
            channels: 1 for grey (ITU-R 601 luma, as in the field's grey test sets), 3 for colour.
        """
        x = self.pixels
        if x.dtype != np.uint8:
            x = ((x.astype("uint32") * 255 + 32767) // 65535).astype("uint8")
        if x.shape[-1] == 3 and channels == 1:
            x = np.asarray(Image.fromarray(x).convert("L"))[..., None]
        return np.ascontiguousarray(np.broadcast_to(x, (*x.shape[:2], channels)))


def read(path: str | Path) -> Picture:
    """Reads a picture in its own depth, the first one of an animation, turned as EXIF says.

    CMYK becomes sRGB, by its profile where it has one; a palette becomes the colours that it stands for.

    Raises:
        UsageError: If it is no picture, is damaged, or is larger than any honest one.
    """
    path = Path(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of sizes above half of MOST_PIXELS, and of odd metadata
            x, orientation, profile = _decoded(path)
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
    x = np.ascontiguousarray(UPRIGHT.get(orientation, lambda x: x)(x))
    if x.shape[-1] in (2, 4):
        return Picture(np.ascontiguousarray(x[..., :-1]), np.ascontiguousarray(x[..., -1]), profile)
    return Picture(x, None, profile)


def _damaged(path: Path, error: Exception) -> str:
    said = str(error).strip().splitlines() or [type(error).__name__]
    return f"{path} is no whole picture ({said[0].rstrip('.')}): fetch or save it again."


def _wanted() -> str:
    return f"give a file that ends in {', '.join(ENDINGS)} and holds what its name says."


def _decoded(path: Path) -> tuple[np.ndarray, int, bytes | None]:
    """Returns the values, shape `(height, width, 1 to 4)`, EXIF's orientation and the profile."""
    if path.exists() and not path.is_file():
        raise UsageError(f"{path} is a folder or a device: {_wanted()}")  # a pipe would be waited for for ever
    with path.open("rb") as opened:
        head = opened.read(32)
    if not head:
        raise UsageError(f"{path} is empty (0 bytes): fetch or save it again.")
    if head.startswith(PNG) and head[24:25] == b"\x10":
        return _deep_png(path)
    if head.startswith(TIFF) and (deep := _deep_tiff(path)):
        return deep
    with Image.open(path, formats=FORMATS) as image:
        image.load()
        profile = image.info.get("icc_profile") or None
        if image.mode == "CMYK":
            return np.asarray(_from_cmyk(image, profile)), _orientation(image), None
        return _values(path, image), _orientation(image), profile


def _orientation(image: Image.Image) -> int:
    try:
        return image.getexif().get(ORIENTATION, 1)
    except Exception:  # a picture is not worse for damaged metadata, which make the reader raise anything
        return 1


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
        if values.min() < 0 or values.max() > 65535:
            raise UsageError(f"{path} holds 32-bit numbers: save it with 8 or 16 bits a channel.")
        negative = getattr(image, "tag_v2", {}).get(PHOTOMETRIC) == WHITE_IS_ZERO  # Pillow turns 8 bits only
        values = values.astype("uint16")[..., None]
        return 65535 - values if negative else values
    if mode in ("F", "LAB", "HSV"):
        raise UsageError(f"{path} holds {mode} values: save it as grey or RGB with 8 or 16 bits a channel.")
    base = "L" if mode in ("1", "L", "LA", "La") else "RGB"
    alpha = mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in image.info
    wanted = base + "A" * alpha
    values = np.asarray(image if mode == wanted else image.convert(wanted))  # convert copies even then
    return values if values.ndim == 3 else values[..., None]


def _deep_png(path: Path) -> tuple[np.ndarray, int, bytes | None]:
    with Image.open(path, formats=("PNG",)) as image:  # reads the header, and refuses bombs
        orientation, profile = _orientation(image), image.info.get("icc_profile") or None
    try:
        return tf.io.decode_png(path.read_bytes(), dtype=tf.uint16).numpy(), orientation, profile
    except tf.errors.OpError:
        raise UsageError(f"{path} is no whole picture: fetch or save it again.") from None


def _deep_tiff(path: Path) -> tuple[np.ndarray, int, bytes | None] | None:
    """Reads a TIFF of 16 bits in several channels, or a big-endian negative; None for any other, which Pillow reads."""
    import tifffile

    with tifffile.TiffFile(path) as tiff:
        page: Any = tiff.pages[0]
        if 0 in page.databytecounts or len(page.dataoffsets) < np.prod(page.chunked):
            raise ValueError("strips or tiles of it are missing")  # readers would give black
        negative = page.photometric.name == "MINISWHITE"
        if page.bitspersample != 16 or (page.samplesperpixel < 2 and not (negative and tiff.byteorder == ">")):
            return None
        if page.imagewidth * page.imagelength > MOST_PIXELS:
            raise Image.DecompressionBombError
        alpha = [int(kind) for kind in page.extrasamples]
        colours = page.samplesperpixel - len(alpha)
        kind = (page.photometric.name, colours)
        if (
            page.dtype != np.uint16
            or alpha not in ([], [2])
            or kind not in (("RGB", 3), ("MINISBLACK", 1), ("MINISWHITE", 1))
        ):
            raise UsageError(
                f"{path} holds 16-bit values of an uncommon kind: save it as RGB, alpha not multiplied in."
            )
        try:
            values = page.asarray().astype("uint16")
        except ValueError as error:
            if "imagecodecs" not in str(error):
                raise
            packing = page.compression.name
            raise UsageError(f"{path} is 16-bit colour packed with {packing}: save it with deflate (ZIP).") from None
        values = np.moveaxis(values, 0, -1) if page.axes == "SYX" else values
        values = values[..., None] if values.ndim == 2 else values
        if negative:
            values[..., 0] = 65535 - values[..., 0]
        if values.shape != (page.imagelength, page.imagewidth, page.samplesperpixel) or not values.size:
            raise ValueError(f"its values have the shape {values.shape}")
        tags = page.tags
        return values, int(tags.valueof(ORIENTATION, 1)), tags.valueof(PROFILE)


@dataclass(frozen=True)
class _Kind:
    """What a format can hold, and how it is written without loss, or nearly so."""

    name: str
    deep: bool = False
    alpha: bool = False
    profile: bool = True
    longest: int = 1 << 31  # pixels a side
    options: tuple[tuple[str, Any], ...] = ()


_JPEG = _Kind("JPEG", longest=65_535, options=(("quality", 95), ("subsampling", 0)))
_TIFF = _Kind("TIFF", deep=True, alpha=True, options=(("compression", "tiff_adobe_deflate"),))
KINDS = {
    ".png": _Kind("PNG", deep=True, alpha=True),
    ".jpg": _JPEG,
    ".jpeg": _JPEG,
    ".tif": _TIFF,
    ".tiff": _TIFF,
    ".webp": _Kind("WEBP", alpha=True, longest=16_383, options=(("lossless", True), ("exact", True))),
    ".bmp": _Kind("BMP", profile=False),
}


def write(picture: Picture, path: str | Path) -> None:
    """Writes a picture in its own depth, with its alpha and its profile; aside, and then in place.

    A profile of another number of channels than the pixels have (grey ones that became colour) is left out.

    Args:
        picture: What to write.
        path: The file; its ending gives the format: .png, .tif, .webp (these without loss), .jpg or .bmp.

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
    profile = picture.profile if picture.profile and _fits(picture.profile, picture.pixels.shape[-1]) else None
    missing = [
        what
        for lacks, what in (
            (picture.pixels.dtype != np.uint8 and not kind.deep, "16 bits a channel"),
            (picture.alpha is not None and not kind.alpha, "transparency"),
            (profile is not None and not kind.profile, "a colour profile"),
            (max(picture.pixels.shape) > kind.longest, f"sides of over {kind.longest:,} pixels"),
        )
        if lacks
    ]
    if missing:
        instead = path.with_suffix(".png").name
        raise UsageError(f"{path} cannot hold {' and '.join(missing)}, being {kind.name}: call it {instead}.")
    x = picture.pixels
    if picture.alpha is not None:
        x = np.concatenate([x, picture.alpha[..., None]], axis=-1)
    with replacing(path) as target:
        if x.dtype == np.uint8:
            image = Image.fromarray(x[..., 0] if x.shape[-1] == 1 else x)
            image.save(target, kind.name, icc_profile=profile, **dict(kind.options))
        elif kind.name == "PNG":
            _write_deep_png(x, profile, target)
        else:
            _write_deep_tiff(x, profile, target)


def _fits(profile: bytes, channels: int) -> bool:
    """Says whether the profile is one of grey for grey, or of RGB for colour: its header says so at byte 16."""
    return profile[16:20] == (b"GRAY" if channels == 1 else b"RGB ")


def _write_deep_png(x: np.ndarray, profile: bytes | None, target: Path) -> None:
    png = tf.io.encode_png(x).numpy()
    with target.open("wb") as opened:
        after_header = len(PNG) + 25
        opened.write(png[:after_header])
        if profile:
            chunk = b"iCCPICC Profile\0\0" + zlib.compress(profile)
            opened.write(struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)))
        opened.write(png[after_header:])


def _write_deep_tiff(x: np.ndarray, profile: bytes | None, target: Path) -> None:
    import tifffile

    channels = x.shape[-1]
    tifffile.imwrite(
        target,
        x[..., 0] if channels == 1 else x,
        photometric="rgb" if channels > 2 else "minisblack",
        planarconfig="contig" if channels > 1 else None,
        extrasamples=["unassalpha"] if channels in (2, 4) else None,
        compression="zlib",
        iccprofile=profile,
        metadata=None,
    )
