"""A code's features as images."""

import numpy as np
from matplotlib.figure import Figure

from recipes.figures._style import figure, pictures


def draw(features: np.ndarray, title: str, columns: int = 16) -> Figure:
    """Draws what each unit adds to a picture: blue where it darkens, red where it brightens, each on its own scale.

    Args:
        features: Shape `(n, height, width)` or `(n, height, width, channels)`, of which the mean is drawn; positive
            where the unit brightens.
        title: The figure's title.
        columns: Images a row.
    """
    features = features.mean(axis=-1) if features.ndim == 4 else features
    limits = np.abs(features).max(axis=(1, 2), keepdims=True)
    scaled = features / np.where(limits > 0, limits, 1.0)
    rows = [scaled[i : i + columns] for i in range(0, len(scaled), columns)]
    made, axes = figure(0.55 * columns, 0.55 * len(rows) + 0.5, title=title)
    pictures(axes[0, 0], rows, cmap="RdBu_r", vmin=-1, vmax=1)
    return made
