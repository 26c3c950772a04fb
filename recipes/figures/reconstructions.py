"""Inputs over their reconstructions."""

import numpy as np
from matplotlib.figure import Figure

from recipes.figures._style import figure, pictures


def draw(rows: dict[str, np.ndarray], title: str) -> Figure:
    """Draws rows of images, one below the other, so that each column is one sample.

    Args:
        rows: By caption, arrays of shape `(n, height, width)` or `(n, height, width, 3)`, in [0, 1], with one n.
        title: The figure's title.
    """
    count = len(next(iter(rows.values())))
    made, axes = figure(0.75 * count + 1.2, 0.8 * len(rows) + 0.4, title=title)
    pictures(axes[0, 0], list(rows.values()), rows, vmin=0, vmax=1)
    return made
