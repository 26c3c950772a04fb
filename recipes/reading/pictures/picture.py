"""One picture, upright, and what its file says of it."""

from dataclasses import dataclass, field

import numpy as np
from PIL import Image


@dataclass(frozen=True)
class About:
    """What a file says of its picture, with nothing of how it is to be turned: it is upright.

    Attributes:
        exif: Date, author, camera, place and the like, as Pillow's `Image.Exif.tobytes` writes them.
        xmp: An XMP packet.
        dpi: Pixels an inch, across and down.
        loop: How often an animation is shown, 0 for without end.
    """

    exif: bytes | None = None
    xmp: bytes | None = None
    dpi: tuple[float, float] | None = None
    loop: int = 1


@dataclass(frozen=True)
class Picture:
    """A picture, upright.

    Attributes:
        pixels: Shape `(height, width, channels)`, 1 channel for grey or 3 for red, green and blue; uint8, uint16
            where the file holds more than 8 bits, or float32. Black is 0.
        alpha: Opacity, shape `(height, width)`, of the same type; None where the file holds none.
        profile: The ICC profile that says what the pixels' numbers mean.
        white: The value that is white; if None, the type's largest, 1 for float32.
        about: What the file says besides.
        duration: Of a frame of an animation, for how many milliseconds it is shown.
    """

    pixels: np.ndarray
    alpha: np.ndarray | None = None
    profile: bytes | None = None
    white: float | None = None
    about: About = field(default_factory=About)
    duration: float | None = None

    @property
    def top(self) -> float:
        """The value that is white."""
        if self.white is not None:
            return self.white
        return 1.0 if self.pixels.dtype.kind == "f" else float(np.iinfo(self.pixels.dtype).max)

    def as_bytes(self, channels: int) -> np.ndarray:
        """Returns the pixels without alpha, shape `(height, width, channels)`, uint8, rounded.

        Args:
            channels: 1 for grey (ITU-R 601 luma, as in the field's grey test sets), 3 for color.
        """
        x = self.pixels
        if x.dtype != np.uint8:
            x = np.floor(x.astype("float64") * 255 / self.top + 0.5).clip(0, 255).astype("uint8")
        if x.shape[-1] == 3 and channels == 1:
            x = np.asarray(Image.fromarray(x).convert("L"))[..., None]
        return np.ascontiguousarray(np.broadcast_to(x, (*x.shape[:2], channels)))
