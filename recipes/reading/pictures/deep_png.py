"""Writes PNG of 16 bits a channel, which TensorFlow packs, with what Pillow says of a picture."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from PIL import Image

from recipes.reading.pictures.decoding import PNG, chunks
from recipes.reading.pictures.picture import Picture

HEADER = len(PNG) + 25  # bytes
FULL = 65535
ANCILLARY = (b"iCCP", b"pHYs", b"eXIf", b"iTXt")  # chunks


def write_deep_png(picture: Picture, profile: bytes | None, options: dict[str, Any], target: Path) -> None:
    """Writes a picture of uint16, with its alpha.

    Args:
        picture: The picture.
        profile: Its ICC profile.
        options: What its file says of it, as Pillow's `save` takes it.
        target: The file.
    """
    x = picture.pixels
    x = x if picture.alpha is None else np.concatenate([x, picture.alpha[..., None]], axis=-1)
    whole = tf.io.encode_png(x).numpy()
    dot = io.BytesIO()  # the smallest picture, with all of that: Pillow knows how it is written
    Image.new("L" if x.shape[-1] < 3 else "RGB", (1, 1)).save(dot, "PNG", icc_profile=profile, **options)
    said = [(name, data) for name, data in chunks(dot.getvalue()) if name in ANCILLARY]
    if picture.top == FULL:  # so that a dark picture is not taken for one of fewer bits
        said.insert(0, (b"sBIT", bytes([16] * x.shape[-1])))
    with target.open("wb") as opened:
        opened.write(whole[:HEADER])
        for name, data in said:
            opened.write(struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)))
        opened.write(whole[HEADER:])
