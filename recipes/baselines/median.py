"""The median filter: each pixel becomes the median of those around it."""

import numpy as np
from scipy.ndimage import median_filter


def median(images: np.ndarray, size: int) -> np.ndarray:
    """Filters images.

    Args:
        images: Shape `(n, height, width)`.
        size: The window's height and width in pixels; at the edges it mirrors the image.

    Returns:
        The filtered images, of the same shape.
    """
    return median_filter(images, size=(1, size, size), mode="reflect")
