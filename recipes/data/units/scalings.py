"""How the middle and the spread of a column are found, by the name that `--scaling` has for it."""

import numpy as np

QUARTILES = 1.349  # standard deviations that lie between the quartiles of a normal distribution


def _standard(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns mean and standard deviation by column; 1 for a constant's, which may round to above 0."""
    spread = np.nanmax(x, axis=0) - np.nanmin(x, axis=0)
    return np.nanmean(x, axis=0), np.where(spread > 0, np.nanstd(x, axis=0), 1)


def _robust(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns the median, and a normal distribution's deviation by its quartiles; where these meet, as above."""
    quarter, middle, three = np.nanquantile(x, (0.25, 0.5, 0.75), axis=0)
    _, usual = _standard(x)
    return middle, np.where(three > quarter, (three - quarter) / QUARTILES, usual)


SCALINGS = {"standard": _standard, "robust": _robust}
