"""Pictures of files: upright, with opacity and profile, in 8 bits; everything else is refused in a sentence."""

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from serving import photographs
from serving.photographs import Photograph
from serving.refusing import Refused

RNG = np.random.default_rng(0)
COLOR, GREY = RNG.integers(0, 256, (5, 7, 3), "uint8"), RNG.integers(0, 256, (5, 7), "uint8")
ALPHA = RNG.integers(0, 256, (5, 7), "uint8")
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def saved(folder, values: np.ndarray, name: str = "p.png", **options):
    Image.fromarray(values).save(folder / name, **options)
    return folder / name


@pytest.mark.parametrize("ending", [".png", ".tif", ".webp"])
@pytest.mark.parametrize("alpha", [None, ALPHA])
@pytest.mark.parametrize("pixels", [COLOR, GREY[..., None]])
def test_what_is_written_is_read(pixels, alpha, ending, tmp_path):
    photographs.write(Photograph(pixels, alpha, PROFILE), tmp_path / "in" / f"p{ending}")
    found = photographs.read(tmp_path / "in" / f"p{ending}")
    expected = np.repeat(pixels, 3, axis=-1) if ending == ".webp" and pixels.shape[-1] == 1 else pixels
    np.testing.assert_array_equal(found.pixels, expected)
    assert (found.alpha is None) == (alpha is None)
    assert alpha is None or np.array_equal(found.alpha, alpha)
    assert found.profile == PROFILE
    assert [path.name for path in (tmp_path / "in").iterdir()] == [f"p{ending}"]


def test_it_is_turned_as_exif_says(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: what is stored lies on its left side
    found = photographs.read(saved(tmp_path, COLOR, exif=exif))
    np.testing.assert_array_equal(found.pixels, np.rot90(COLOR, -1))


@pytest.mark.parametrize(
    ("mode", "channels"), [("1", 1), ("L", 1), ("LA", 1), ("P", 3), ("RGB", 3), ("RGBA", 3), ("CMYK", 3)]
)
def test_modes(mode, channels, tmp_path):
    ending = "tif" if mode == "CMYK" else "png"
    Image.fromarray(COLOR).convert(mode).save(tmp_path / f"p.{ending}")
    found = photographs.read(tmp_path / f"p.{ending}")
    assert found.pixels.shape == (5, 7, channels)
    assert (found.alpha is not None) == (mode in ("LA", "RGBA"))


def deep_png() -> bytes:
    """A PNG of three times 16 bits, which Pillow would cut down."""
    import struct
    import zlib

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", 2, 2, 16, 2, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + bytes(12) for _ in range(2)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def gif() -> bytes:
    packed = io.BytesIO()
    frames = [Image.fromarray(GREY), Image.fromarray(255 - GREY)]
    frames[0].save(packed, "GIF", save_all=True, append_images=frames[1:])
    return packed.getvalue()


def grey_of_16_bits() -> bytes:
    packed = io.BytesIO()
    Image.fromarray(GREY.astype("uint16") * 257).save(packed, "PNG")
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"no picture", "is no whole picture"),
        (b"", "is no whole picture"),
        (deep_png(), "has more than 8 bits a channel"),
        (grey_of_16_bits(), "has more than 8 bits a channel"),
        (gif(), "holds 2 frames"),
    ],
)
def test_what_cannot_be_held_is_refused(content, told, tmp_path):
    file = tmp_path / "p.png"
    file.write_bytes(content)
    with pytest.raises(Refused, match=told) as refused:
        photographs.read(file)
    assert "\n" not in str(refused.value)
    with pytest.raises(Refused, match="is not there"):
        photographs.read(tmp_path / "q.png")


def test_a_name_without_a_format_is_answered_with_one(tmp_path):
    for name in ("p.jpg", "p"):
        with pytest.raises(Refused, match=r"call it p\.png"):
            photographs.write(Photograph(COLOR), tmp_path / name)


def test_opacity_is_packed_without_loss():
    packed = photographs.packed_alpha(ALPHA)
    np.testing.assert_array_equal(photographs.unpacked_alpha("x", packed, (5, 7)), ALPHA)
    assert len(photographs.packed_alpha(np.full((500, 700), 255, "uint8"))) < 500
    for content, shape in (
        (packed, (5, 8)),
        (packed, (5, 6)),
        (packed[:-3], (5, 7)),
        (packed + b"x", (5, 7)),
        (b"", (5, 7)),
    ):
        with pytest.raises(Refused, match="has a damaged opacity"):
            photographs.unpacked_alpha("x", content, shape)
