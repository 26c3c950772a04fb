"""Bicubic interpolation, by Pillow: how the super-resolution field makes small pictures, and its first baseline.

Paper: Keys 1981, Cubic convolution interpolation for digital image processing; the kernel's parameter is -1/2.
"""

import numpy as np
from PIL import Image


def bicubic(images: np.ndarray, scale: int) -> np.ndarray:
    """Enlarges pictures.

    Args:
        images: Shape `(n, height, width, channels)`, in [0, 1].
        scale: How many times as high and wide they become.

    Returns:
        Shape `(n, scale * height, scale * width, channels)`, float32, clipped to [0, 1].
    """
    height, width = images.shape[1:3]
    return _resized(images, scale * height, scale * width)


def shrunk(images: np.ndarray, scale: int) -> np.ndarray:
    """Shrinks pictures, with the kernel widened against aliasing, and rounds to 8 bits.

    Args:
        images: Shape `(n, height, width, channels)`, in [0, 1].
        scale: How many times as low and narrow they become; what is left over at the lower and right edge is cut off.

    Returns:
        Shape `(n, height // scale, width // scale, channels)`, float32, in steps of 1 / 255 in [0, 1].
    """
    height, width = (length // scale for length in images.shape[1:3])
    return np.round(255 * _resized(images[:, : height * scale, : width * scale], height, width)) / 255


def _resized(images: np.ndarray, height: int, width: int) -> np.ndarray:
    """Resizes each channel on its own: Pillow knows real numbers in pictures of one channel only."""
    channels = np.moveaxis(images.astype("float32"), -1, 1)
    resized = [
        [Image.fromarray(channel).resize((width, height), Image.Resampling.BICUBIC) for channel in image]
        for image in channels
    ]
    return np.clip(np.moveaxis(np.asarray(resized), 1, -1), 0, 1)
