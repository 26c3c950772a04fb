"""Structural similarity of images.

Paper: Wang, Bovik, Sheikh and Simoncelli 2004, Image quality assessment: from error visibility to structural
similarity.
"""

import numpy as np
from skimage.metrics import structural_similarity


def ssim(x: np.ndarray, other: np.ndarray) -> float:
    """Returns the mean over images of their structural similarity in windows of 7 x 7 pixels: 1 for equal ones.

    Args:
        x: The images, shape `(n, height, width)`, in [0, 1]; at least 7 pixels high and wide.
        other: What is to be like them, of the same shape.
    """
    return float(structural_similarity(x, other, channel_axis=0, data_range=1.0))
