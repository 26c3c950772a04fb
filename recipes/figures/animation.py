"""A short film of pictures."""

from pathlib import Path

import numpy as np
from PIL import Image


def write(frames: np.ndarray, file: Path, scale: int = 4, milliseconds: int = 60) -> None:
    """Writes an animated GIF that begins again when it is over.

    Args:
        frames: Shape `(n, height, width)` or `(n, height, width, 3)`, in [0, 1].
        file: Where to, whatever its ending.
        scale: Times as large on the screen, each way.
        milliseconds: How long each frame is seen.
    """
    # 64 shades are as good to the eye, and a GIF of them is a third smaller.
    pixels = (np.rint(np.clip(frames, 0, 1) * 63) * (255 / 63)).astype("uint8")
    images = [
        Image.fromarray(image).resize((scale * image.shape[1], scale * image.shape[0]), Image.Resampling.BICUBIC)
        for image in pixels
    ]
    images[0].save(file, format="GIF", save_all=True, append_images=images[1:], duration=milliseconds, loop=0)
