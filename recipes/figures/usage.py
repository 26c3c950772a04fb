"""How often each entry of a codebook occurs."""

import numpy as np
from matplotlib.figure import Figure

from recipes.figures._style import BLUE, GREY, figure, plain


def draw(share: np.ndarray, title: str) -> Figure:
    """Draws each entry's share, from the most to the least frequent, and the share of one among all alike.

    Args:
        share: Shape `(entries,)`; the sum is 1.
        title: The figure's title.
    """
    made, axes = figure(7, 3.2, title=title)
    plot = axes[0, 0]
    plot.bar(np.arange(1, len(share) + 1), 100 * np.sort(share)[::-1], width=1.0, color=BLUE)
    plot.axhline(100 / len(share), color=GREY, label="all alike")
    plot.set(xlabel="entries, by how often they occur", ylabel="% of all symbols")
    plot.legend(frameon=False)
    plain(plot)
    return made
