"""What files say of pictures: EXIF, XMP and resolution, read such that they can be written again."""

import contextlib
import math
import re
from collections.abc import Mapping
from typing import Any

from PIL import Image

from recipes.reading.pictures.picture import About

ORIENTATION = 0x0112
# Of what a TIFF's directory holds, which EXIF's is, what is said of the picture and not of how it lies in the file.
KEPT = (
    *(0x010D, 0x010E, 0x010F, 0x0110, 0x0131, 0x0132, 0x013B, 0x013C),  # names, camera, software, date, author
    *(0x8298, 0x9C9B, 0x9C9C, 0x9C9D, 0x9C9E, 0x9C9F),  # copyright, and what Windows notes
)
WITHIN = (0x8769, 0x8825)  # directories within: the camera's settings, and the place
# The sizes of a picture that may become larger, and where another directory was.
DROPPED = (0xA002, 0xA003, 0xA005)
TURNED = re.compile(rb'(tiff:Orientation(?:="|>))[0-9]')
XMP = ("xmp", "XML:com.adobe.xmp")


def of(info: Mapping[Any, Any], exif: Image.Exif, dpi: Any = None) -> About:
    """Returns what the file of an opened image says.

    Args:
        info: Pillow's dictionary of it.
        exif: Its EXIF, or its TIFF directory.
        dpi: Pixels an inch, where `info` does not have them.
    """
    packet = next((info[key] for key in XMP if info.get(key)), None)
    packet = packet.encode() if isinstance(packet, str) else packet
    upright = TURNED.sub(rb"\g<1>1", packet) if packet else None
    return About(kept(exif), upright, resolution(dpi or info.get("dpi")), int(info.get("loop", 1)))


def exif_of(image: Image.Image) -> Image.Exif:
    """Returns an opened image's EXIF; empty where it is damaged."""
    try:
        return image.getexif()
    except Exception:  # a picture is not worse for damaged metadata, which make the reader raise anything
        return Image.Exif()


def kept(exif: Image.Exif) -> bytes | None:
    """Returns what EXIF says of a picture, without its orientation; nothing of what is damaged."""
    made = Image.Exif()
    with contextlib.suppress(Exception):  # damaged metadata make Pillow raise anything, and cost no picture
        for tag in KEPT:
            if tag in exif:
                made[tag] = exif[tag]
        for tag in WITHIN:
            if inner := {key: value for key, value in exif.get_ifd(tag).items() if key not in DROPPED}:
                made.get_ifd(tag).update(inner)
        if len(made) or any(made.get_ifd(tag) for tag in WITHIN):
            return made.tobytes()
    return None


def orientation(exif: Image.Exif) -> int:
    """Returns how the picture lies, from 1 for upright to 8."""
    try:
        return int(exif.get(ORIENTATION, 1))
    except Exception:  # a picture is not worse for damaged metadata, which make the reader raise anything
        return 1


def resolution(dpi: Any) -> tuple[float, float] | None:
    """Returns pixels an inch, where they are some."""
    with contextlib.suppress(TypeError, ValueError, ZeroDivisionError):
        across, down = (float(value) for value in dpi)
        if all(math.isfinite(value) and value > 0 for value in (across, down)):
            return across, down
    return None


def resolution_of_tags(exif: Image.Exif) -> tuple[float, float] | None:
    """Returns pixels an inch as a TIFF's directory has them."""
    with contextlib.suppress(Exception):  # as in `kept`
        inches = {2: 1.0, 3: 2.54}[exif.get(0x0128, 2)]
        return resolution([float(exif[tag]) * inches for tag in (0x011A, 0x011B)])
    return None
