"""How colorful pictures are: 0 for grey ones; by the paper 15 is slightly, 45 averagely and 82 highly colorful.

M = sqrt(var(rg) + var(yb)) + 0.3 sqrt(mean(rg)^2 + mean(yb)^2), with rg = R - G and yb = (R + G) / 2 - B in 0..255.

Paper: Hasler and Suesstrunk 2003, Measuring colorfulness in natural images.
"""

import numpy as np


def colorfulness(rgb: np.ndarray) -> float:
    """Returns the colorfulness M on the scale of values in 0..255, mean over pictures.

    Args:
        rgb: The pictures, shape `(n, height, width, 3)`, sRGB in [0, 1].
    """
    red, green, blue = np.moveaxis(255 * rgb.astype("float64"), -1, 0)
    opponents = np.stack([red - green, (red + green) / 2 - blue])
    spread, distance = (
        np.sqrt(np.square(moment).sum(axis=0)) for moment in (opponents.std(axis=(2, 3)), opponents.mean(axis=(2, 3)))
    )
    return float(np.mean(spread + 0.3 * distance))
