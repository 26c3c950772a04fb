"""What a generative model makes."""

import numpy as np
from matplotlib.figure import Figure

from recipes.figures._mosaic import mosaic
from recipes.figures._style import figure, name, picture


def draw(groups: dict[str, np.ndarray], title: str, columns: int = 8) -> Figure:
    """Draws groups of images beside each other, each in rows of `columns`.

    Args:
        groups: By caption, images of shape `(n, height, width)` or `(n, height, width, channels)`, in [0, 1].
        title: The figure's title.
        columns: Images a row in each group.
    """
    tallest = max(-(-len(images) // columns) for images in groups.values())
    made, axes = figure(0.4 * columns * len(groups) + 0.4, 0.4 * tallest + 0.8, 1, len(groups), title=title)
    for cell, (caption, images) in zip(axes[0], groups.items(), strict=True):
        rows = -(-len(images) // columns)
        blank = np.ones((rows * columns - len(images), *images.shape[1:]), images.dtype)
        filled = np.concatenate([images, blank]).reshape(rows, columns, *images.shape[1:])
        picture(cell, mosaic(filled), vmin=0, vmax=1)
        cell.set_title(name(caption, 0.4 * columns), fontsize="medium")
    return made
