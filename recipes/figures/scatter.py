"""Codes of two numbers as points, one kind of code beside the other."""

from collections.abc import Mapping, Sequence

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from recipes.figures._style import BLUE, figure, name

MOST = 5000  # points: beyond, they only cover each other
LEGEND = 20  # labels: more colors look alike, and then run from the first label to the last


def draw(planes: Mapping[str, np.ndarray], labels: np.ndarray | None, names: Sequence[str], title: str) -> Figure:
    """Draws one scatter plot for each kind of code, side by side, colored by label.

    Args:
        planes: By caption, arrays of shape `(n, 2)`; above 5,000 samples, as many of them, evenly spaced, are drawn.
        labels: Indices into `names`, shape `(n,)`; all points have one color if None.
        names: The labels' names.
        title: The figure's title.
    """
    made, axes = figure(5 * len(planes) + 1, 5, 1, len(planes), title=title)
    few = len(names) <= LEGEND
    colors = matplotlib.colormaps["tab10" if len(names) <= 10 else "tab20" if few else "viridis"]
    for plot, (caption, plane) in zip(axes[0], planes.items(), strict=True):
        rows = np.linspace(0, len(plane) - 1, min(len(plane), MOST)).astype(int)
        size = np.clip(20_000 / len(rows), 3, 30)
        place = None if labels is None else labels[rows] if few else labels[rows] / (len(names) - 1)
        plot.scatter(*plane[rows].T, s=size, c=BLUE if place is None else colors(place), linewidths=0, alpha=0.7)
        plot.set_title(name(caption, 5))
        plot.set(xticks=[], yticks=[])
    if labels is not None and few:
        handles = [plot.scatter([], [], s=30, color=colors(i), label=name(label)) for i, label in enumerate(names)]
        made.legend(handles=handles, loc="outside right center", frameon=False)
    return made
