"""What people compress photographs with: JPEG, WebP and AVIF, as Pillow writes them at its best settings."""

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image

# Colors at half the size, as all three have them at usual rates; each format's slow and thorough ways, but for AVIF,
# whose slowest takes a minute a picture.
OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "JPEG": {"optimize": True, "progressive": True, "subsampling": "4:2:0"},
    "WEBP": {"method": 6},
    "AVIF": {"speed": 4, "subsampling": "4:2:0"},
}
NAMES = {"JPEG": "JPEG", "WEBP": "WebP", "AVIF": "AVIF"}
QUALITIES: Mapping[str, tuple[int, ...]] = {
    "JPEG": (2, 4, 7, 10, 15, 20, 30, 40, 50, 60, 70, 80, 87, 92, 95),
    "WEBP": (0, 2, 5, 10, 20, 30, 40, 50, 60, 70, 80, 87, 92, 95),
    "AVIF": (10, 20, 30, 38, 45, 52, 60, 67, 75, 82, 90),
}


def coded(picture: np.ndarray, kind: str, quality: int) -> tuple[int, np.ndarray]:
    """Writes a picture and reads it again.

    Args:
        picture: uint8, shape `(height, width, channels)`, 1 or 3 channels.
        kind: One of `OPTIONS`.
        quality: The format's own, from 0 to 100.

    Returns:
        How many bytes the file has, and the picture that it gives.
    """
    options = {key: value for key, value in OPTIONS[kind].items() if picture.shape[-1] == 3 or key != "subsampling"}
    image = Image.fromarray(picture[..., 0] if picture.shape[-1] == 1 else picture)
    file = io.BytesIO()
    image.save(file, kind, quality=quality, **options)
    size = file.tell()
    with Image.open(file, formats=(kind,)) as opened:
        found = np.asarray(opened.convert(image.mode))
    return size, found.reshape(picture.shape)


def at_size(picture: np.ndarray, kind: str, size: int) -> tuple[int, np.ndarray]:
    """Returns what `coded` does, at the highest quality whose file has at most `size` bytes, or the lowest there is."""
    low, high = 0, 100  # quality is searched for by halves: the size rises with it, but for a few bytes
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if coded(picture, kind, middle)[0] <= size else (low, middle - 1)
    return coded(picture, kind, low)
