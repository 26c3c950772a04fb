"""Inputs over their reconstructions."""

import numpy as np
from matplotlib.figure import Figure

from recipes.figures._style import figure, name, picture


def draw(rows: dict[str, np.ndarray], title: str) -> Figure:
    """Draws rows of images, one below the other, so that each column is one sample.

    Args:
        rows: By caption, arrays of shape `(n, height, width)` or `(n, height, width, 3)`, in [0, 1], with one n.
        title: The figure's title.
    """
    count = len(next(iter(rows.values())))
    made, axes = figure(0.75 * count + 1.2, 0.8 * len(rows) + 0.4, len(rows), count, title=title)
    for line, (caption, images) in zip(axes, rows.items(), strict=True):
        line[0].set_ylabel(name(caption), rotation=0, ha="right", va="center")
        for cell, image in zip(line, images, strict=True):
            picture(cell, image, vmin=0, vmax=1)
    return made
