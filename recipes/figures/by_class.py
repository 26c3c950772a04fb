"""A measure by class, one bar for each method."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from recipes.figures._style import BLUE, GREY, ORANGE, figure, plain

COLOURS = (BLUE, ORANGE, GREY, "#4c9f70", "#8d6cab")


def draw(values: Mapping[str, Sequence[float]], classes: Sequence[str], measure: str, title: str) -> Figure:
    """Draws bars side by side, and each method's mean in the legend.

    Args:
        values: By method, a number for each class; at most five methods.
        classes: The classes' names.
        measure: What is measured.
        title: The figure's title.
    """
    made, axes = figure(max(5, 1 + 0.9 * len(classes)), 3.8)
    plot, width = axes[0, 0], 0.8 / len(values)
    for i, (method, numbers) in enumerate(values.items()):
        places = np.arange(len(classes)) + (i - (len(values) - 1) / 2) * width
        plot.bar(places, numbers, width, color=COLOURS[i], label=f"{method}: mean {np.mean(numbers):.3f}")
    lowest = min(min(numbers) for numbers in values.values())
    # The best methods differ in the last hundredths.
    plot.set(ylim=(np.floor(10 * lowest - 0.5) / 10, 1), ylabel=measure, xticks=range(len(classes)))
    plot.set_xticklabels(classes)
    plain(plot)
    made.legend(loc="outside lower center", ncols=min(len(values), 3), frameon=False)
    made.suptitle(title)
    return made
