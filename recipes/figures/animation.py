"""A short film of pictures."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

SCALE = 4  # times as large on the screen, each way
MILLISECONDS = 60  # that each frame is seen


@dataclass(frozen=True)
class Film:
    """An animated GIF that begins again when it is over.

    Attributes:
        frames: Shape `(n, height, width)` or `(n, height, width, 3)`, in [0, 1].
    """

    frames: np.ndarray

    @property
    def ending(self) -> str:
        """What its file's name ends in."""
        return ".gif"

    def save(self, file: Path) -> None:
        """Writes it, whatever the file is called."""
        # 64 shades are as good to the eye, and a GIF of them is a third smaller.
        pixels = (np.rint(np.clip(self.frames, 0, 1) * 63) * (255 / 63)).astype("uint8")
        images = [
            Image.fromarray(image).resize((SCALE * image.shape[1], SCALE * image.shape[0]), Image.Resampling.BICUBIC)
            for image in pixels
        ]
        images[0].save(file, format="GIF", save_all=True, append_images=images[1:], duration=MILLISECONDS, loop=0)
