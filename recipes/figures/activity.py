"""How active a code's units are."""

import numpy as np
from matplotlib.figure import Figure

from recipes.figures._style import BLUE, ORANGE, figure, plain


def draw(active: np.ndarray, title: str) -> Figure:
    """Draws two histograms: active units a sample, and the share of samples that each unit is active for.

    Args:
        active: Booleans, shape `(n, units)`.
        title: The figure's title.
    """
    made, axes = figure(9, 3.2, 1, 2, title=title)
    by_sample, by_unit = axes[0]
    counts = active.sum(axis=1)
    by_sample.hist(counts, bins=np.arange(counts.min(), counts.max() + 2) - 0.5, color=BLUE)
    by_sample.set(xlabel=f"active units, of {active.shape[1]}", ylabel="samples")
    by_unit.hist(100 * active.mean(axis=0), bins=40, color=ORANGE)
    by_unit.set(xlabel="active for ... % of the samples", ylabel="units")
    for plot in axes[0]:
        plain(plot)
    return made
