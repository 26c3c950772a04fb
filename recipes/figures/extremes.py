"""What is most and what is least normal, as pictures."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from recipes.figures._style import GAP, figure, pictures

ROOM = 0.3  # above a row, for its scores, in widths of a picture


def draw(rows: Mapping[str, tuple[np.ndarray, np.ndarray]], title: str) -> Figure:
    """Draws a row of pictures for each caption, each picture under its score.

    Args:
        rows: By caption, pictures of shape `(n, height, width)` or `(n, height, width, channels)` and their scores,
            shape `(n,)`.
        title: The figure's title.
    """
    columns = max(len(images) for images, _ in rows.values())
    made, axes = figure(2.6 + 0.85 * columns, 0.6 + 1.05 * len(rows), title=title)
    plot = axes[0, 0]
    places = pictures(plot, [images for images, _ in rows.values()], rows, ROOM, vmin=0, vmax=1)
    for top, (_, scores) in zip(places[:, 0], rows.values(), strict=True):
        for i, score in enumerate(scores):
            plot.text(i * (1 + GAP) + 0.5, top - GAP / 2, f"{score:.2g}", fontsize=8, ha="center", va="bottom")
    return made
