"""What lies between two samples, from one to the other."""

import numpy as np
from matplotlib.figure import Figure

from recipes.figures._mosaic import GAP, mosaic
from recipes.figures._style import figure, picture

MARGIN = 4 * GAP  # white, between a path and its ends


def draw(ends: np.ndarray, between: np.ndarray, title: str) -> Figure:
    """Draws each path as a row: the sample that it begins with, the path, the sample that it ends with.

    Args:
        ends: The samples themselves, shape `(paths, 2, height, width)` or with 3 channels behind, in [0, 1].
        between: The paths, shape `(paths, steps, height, width)`, likewise.
        title: The figure's title.
    """
    paths, steps = between.shape[:2]
    made, axes = figure(0.36 * (steps + 2) + 0.4, 0.36 * paths + 0.6, title=title)
    columns = [mosaic(images) for images in (ends[:, :1], between, ends[:, 1:])]
    margin = np.ones((len(columns[0]), MARGIN, *columns[0].shape[2:]))
    picture(axes[0, 0], np.concatenate([columns[0], margin, columns[1], margin, columns[2]], axis=1), vmin=0, vmax=1)
    return made
