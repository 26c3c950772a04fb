"""How good pictures are by the bits that they take: a curve for each way of compressing."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from recipes.figures._style import BLUE, GREY, ORANGE, figure, logarithmic, plain

COLORS = (GREY, ORANGE, "#4c9f70", "#8d6cab")
SHOWN = (0.05, 2.5)  # bits a pixel: beyond, nobody looks
Curve = Sequence[tuple[float, float]]


def draw(panels: Mapping[str, Mapping[str, Curve]], title: str) -> Figure:
    """Draws a panel for each measure.

    Args:
        panels: By what the measure is called, such as "PSNR, dB", the curves by name, the model first: points of bits a
            pixel and quality, of rising rate. Of others than the model there are at most four.
        title: The figure's title.
    """
    made, axes = figure(4.6 * len(panels), 4.2, 1, len(panels), title=title)
    for plot, (measure, curves) in zip(axes[0], panels.items(), strict=True):
        for number, (name, curve) in enumerate(curves.items()):
            points = np.array([point for point in curve if SHOWN[0] <= point[0] <= SHOWN[1]]).reshape(-1, 2)
            color = COLORS[number - 1] if number else BLUE
            plot.plot(*points.T, color=color, linewidth=1.5 if number else 3, marker="o", markersize=3, label=name)
        logarithmic(plot)
        plot.set(xlabel="bits a pixel", ylabel=measure)
        plain(plot)
        plot.legend(loc="lower right", frameon=False)
    return made
