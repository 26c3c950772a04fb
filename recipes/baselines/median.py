"""The median filter: each pixel becomes the median of those around it."""

import numpy as np
from scipy.ndimage import median_filter


def median(images: np.ndarray, size: int) -> np.ndarray:
    """Filters images, each of their channels on its own.

    Args:
        images: Shape `(n, height, width)` or `(n, height, width, channels)`.
        size: The window's height and width in pixels; at the edges it mirrors the image.

    Returns:
        The filtered images, of the same shape.
    """
    return median_filter(images, size=(1, size, size, 1)[: images.ndim], mode="reflect")
