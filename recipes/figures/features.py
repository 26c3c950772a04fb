"""A code's features as images."""

import numpy as np
from matplotlib.figure import Figure

from recipes.figures._style import figure, picture


def draw(features: np.ndarray, title: str, columns: int = 16) -> Figure:
    """Draws what each unit adds to a picture: blue where it darkens, red where it brightens, each on its own scale.

    Args:
        features: Shape `(n, height, width)` or `(n, height, width, channels)`, of which the mean is drawn; positive
            where the unit brightens.
        title: The figure's title.
        columns: Images a row.
    """
    features = features.mean(axis=-1) if features.ndim == 4 else features
    rows = -(-len(features) // columns)
    made, axes = figure(0.55 * columns, 0.55 * rows + 0.5, rows, columns, title=title)
    for cell in axes.flat[len(features) :]:
        cell.set_axis_off()
    for cell, image in zip(axes.flat, features, strict=False):
        limit = float(np.abs(image).max()) or 1.0
        picture(cell, image, cmap="RdBu_r", vmin=-limit, vmax=limit)
    return made
