"""CIEDE2000, the difference of two colors as people see it: about 1 is just visible, from white to black is 100.

Paper: Sharma, Wu and Dalal 2005, The CIEDE2000 color-difference formula.
"""

import numpy as np
from skimage.color import deltaE_ciede2000, rgb2lab


def ciede2000(rgb: np.ndarray, other: np.ndarray) -> float:
    """Returns the difference, mean over pixels and pictures: 0 for equal ones.

    Args:
        rgb: The pictures, shape `(n, height, width, 3)`, sRGB in [0, 1].
        other: What is to be like them, of the same shape.
    """
    return float(np.mean([deltaE_ciede2000(rgb2lab(a), rgb2lab(b)).mean() for a, b in zip(rgb, other, strict=True)]))
