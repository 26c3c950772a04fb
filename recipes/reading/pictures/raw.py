"""What decoders give: facts of a file, and its pictures as they lie in it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from recipes.reading.pictures.picture import About

BYTES, INTEGERS, FLOATS = "8 bits", "16 bits", "floating point"  # what holds a value
LEVELS = (1023.0, 4095.0, 16383.0, 65535.0)  # that can be white in 16 bits
MOST_PIXELS = 2 * 89_478_485  # Pillow warns at half of that; a picture of 100 megapixels is no bomb


@dataclass(frozen=True)
class Facts:
    """What a file says before its pictures are decoded.

    Attributes:
        size: Height and width, upright.
        count: How many pictures it holds: frames, or pages.
        depth: What holds a value.
        white: The value that is white, if the file says it.
        levels: Of 16 bits, the values that can be white, rising.
        notes: What else is worth knowing, such as what is left out; a sentence each that begins with a verb.
    """

    size: tuple[int, int]
    count: int = 1
    depth: str = BYTES
    white: float | None = None
    levels: tuple[float, ...] = LEVELS
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Raw:
    """A picture as it lies in a file.

    Attributes:
        values: Shape `(height, width, 1 to 4)`; uint8, uint16 or float32.
        orientation: How it lies, as EXIF counts.
        profile: Its ICC profile.
        about: What its file says of it.
        negative: Whether 0 is white.
        duration: Of a frame, milliseconds.
    """

    values: np.ndarray
    orientation: int = 1
    profile: bytes | None = None
    about: About = field(default_factory=About)
    negative: bool = False
    duration: float | None = None


class Decoder(Protocol):
    """What reads one file."""

    @property
    def facts(self) -> Facts:
        """What it says before its pictures are decoded."""
        ...

    def __iter__(self) -> Iterator[Raw]:
        """Yields its pictures."""
        ...
