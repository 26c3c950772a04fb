"""What is most and what is least normal, as pictures."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from recipes.figures._style import figure, name, picture


def draw(rows: Mapping[str, tuple[np.ndarray, np.ndarray]], title: str) -> Figure:
    """Draws a row of pictures for each caption, each picture under its score.

    Args:
        rows: By caption, pictures of shape `(n, height, width)` or `(n, height, width, channels)` and their scores,
            shape `(n,)`.
        title: The figure's title.
    """
    columns = max(len(images) for images, _ in rows.values())
    made, axes = figure(2.6 + 0.85 * columns, 0.6 + 1.05 * len(rows), len(rows), columns, title=title)
    for line, (caption, (images, scores)) in zip(axes, rows.items(), strict=True):
        for plot in line[len(images) :]:
            plot.set_visible(False)
        for plot, image, score in zip(line, images, scores, strict=False):
            picture(plot, image, vmin=0, vmax=1)
            plot.set_title(f"{score:.2g}", fontsize=8, pad=2)
        line[0].set_ylabel(name(caption), rotation=0, ha="right", va="center")
    return made
