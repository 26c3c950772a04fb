"""A plane of codes, decoded."""

import numpy as np
from matplotlib.figure import Figure

from recipes.figures._mosaic import mosaic
from recipes.figures._style import figure, picture


def draw(images: np.ndarray, values: np.ndarray, units: tuple[int, int], title: str) -> Figure:
    """Draws decoded codes in their places: one unit's value from left to right, the other's from bottom to top.

    Args:
        images: Shape `(n, n, height, width)` or with 3 channels behind, in [0, 1], rows from the lowest value of the
            second unit.
        values: The values of either unit, shape `(n,)`.
        units: Which units vary.
        title: The figure's title.
    """
    n = len(values)
    made, (line,) = figure(0.3 * n + 0.8, 0.3 * n + 0.9, title=title)
    whole = mosaic(images[::-1])
    # Pictures n to an axis: the centres of the first and the last, and the middle, carry their values.
    picture(line[0], whole, vmin=0, vmax=1, extent=(0, n, 0, n))
    marked = [0, n // 2, n - 1]
    for axis, unit in ((line[0].xaxis, units[0]), (line[0].yaxis, units[1])):
        axis.set_ticks([i + 0.5 for i in marked], [f"{values[i]:.1f}" for i in marked])
        axis.set_label_text(f"unit {unit}")
    return made
