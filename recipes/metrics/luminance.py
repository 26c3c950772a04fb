"""Luminance as the super-resolution field measures it: Y of ITU-R BT.601 in studio range, MATLAB's `rgb2ycbcr`.

Y = (16 + 65.481 r + 128.553 g + 24.966 b) / 255.

Source: ITU-R BT.601, Studio encoding parameters of digital television.
"""

import numpy as np

BLACK = 16
WEIGHTS = np.array([65.481, 128.553, 24.966])  # their sum is 219: white is at 235


def luminance(rgb: np.ndarray) -> np.ndarray:
    """Returns the luminance of colors, not rounded, in [16 / 255, 235 / 255], shape `(..., 1)`.

    Args:
        rgb: Shape `(..., 3)`, in [0, 1]. Greys, shape `(..., 1)`, come back as they are.
    """
    if rgb.shape[-1] == 1:
        return rgb
    return (BLACK + rgb @ WEIGHTS[:, None]) / 255
