"""A measure by class, one bar for each method."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from recipes.figures._style import BLUE, GREY, ORANGE, figure, name, plain

EACH = 0.9  # inches that a class has
COLORS = (BLUE, ORANGE, GREY, "#4c9f70", "#8d6cab")


def draw(values: Mapping[str, Sequence[float]], classes: Sequence[str], measure: str, title: str) -> Figure:
    """Draws bars side by side, and each method's mean in the legend.

    Args:
        values: By method, a number for each class; at most five methods.
        classes: The classes' names.
        measure: What is measured.
        title: The figure's title.
    """
    made, axes = figure(max(5, 1 + EACH * len(classes)), 3.8, title=title)
    plot, width = axes[0, 0], 0.8 / len(values)
    for i, (method, numbers) in enumerate(values.items()):
        places = np.arange(len(classes)) + (i - (len(values) - 1) / 2) * width
        plot.bar(places, numbers, width, color=COLORS[i], label=f"{name(method)}: mean {np.mean(numbers):.3f}")
    lowest = min(min(numbers) for numbers in values.values())
    # The best methods differ in the last hundredths.
    plot.set(ylim=(np.floor(10 * lowest - 0.5) / 10, 1), ylabel=measure, xticks=range(len(classes)))
    short = [name(one, EACH) for one in classes]
    if short == [name(one) for one in classes]:
        plot.set_xticklabels(short)
    else:
        plot.set_xticklabels([name(one) for one in classes], rotation=30, ha="right", rotation_mode="anchor")
    plain(plot)
    made.legend(loc="outside lower center", ncols=min(len(values), 3), frameon=False)
    return made
