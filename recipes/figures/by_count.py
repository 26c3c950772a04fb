"""Error by how much a model knew: from cold users and films to warm ones."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from recipes.figures._style import BLUE, GREY, ORANGE, figure, name, plain

COLORS = (BLUE, ORANGE, "#4c9f70", "#8d6cab", "#b5523b")
FEWEST = 50  # ratings of a bin that has a point: below, it is noise


def draw(counts: Mapping[str, np.ndarray], errors: Mapping[str, np.ndarray], title: str) -> Figure:
    """Draws RMSE by number of training ratings, and as bars behind it on how many ratings it was measured.

    Bins double: 0, 1, 2 to 3, 4 to 7 and so on; one of fewer than 50 ratings has no point.

    Args:
        counts: By what has them, such as "user": the training ratings of each rating's user, shape `(ratings,)`; a
            panel each.
        errors: By method, at most five: predicted less true stars, of the same shape.
        title: The figure's title.
    """
    made, axes = figure(5.2 * len(counts), 4.2, 1, len(counts), title=title)
    for plot, (owner, numbers) in zip(axes[0], counts.items(), strict=True):
        bins = np.where(numbers > 0, np.floor(np.log2(np.maximum(numbers, 1))) + 1, 0).astype(int)
        sizes = np.bincount(bins)
        behind = plot.twinx()
        behind.bar(np.arange(len(sizes)) + 0.5, sizes, 0.94, color=GREY, alpha=0.25, linewidth=0)
        behind.set_ylabel("ratings measured on", color=GREY)
        behind.yaxis.set_major_formatter("{x:,.0f}")
        behind.tick_params(axis="y", colors=GREY)
        behind.spines[["top", "right", "left", "bottom"]].set_visible(False)
        behind.set_ylim(0, 1.6 * sizes.max())  # bars stay in the lower part
        shown = sizes >= FEWEST
        for color, (method, values) in zip(COLORS, errors.items(), strict=False):
            rmse = [np.sqrt(np.mean(np.square(values[bins == i], dtype="float64"))) for i in np.flatnonzero(shown)]
            plot.plot(np.flatnonzero(shown) + 0.5, rmse, "o-", color=color, label=name(method))
        occupied = np.flatnonzero(sizes)
        edges = np.arange(occupied[0], occupied[-1] + 2)
        plot.set(xlim=(edges[0], edges[-1]), xticks=edges, xlabel=f"training ratings of the {owner}")
        plot.set_xticklabels([f"{0 if edge == 0 else 2 ** (edge - 1):,}" for edge in edges.tolist()])
        plot.set_ylabel("RMSE")
        plot.set_zorder(behind.get_zorder() + 1)
        plot.patch.set_visible(False)
        plain(plot)
        plot.grid(visible=False, axis="x")
    low, high = np.transpose([plot.get_ylim() for plot in axes[0]])
    for plot in axes[0]:
        plot.set_ylim(low.min(), high.max())
    handles, labels = axes[0, 0].get_legend_handles_labels()
    made.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False)
    return made
