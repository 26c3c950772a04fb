"""Codes of two numbers as a map: groups by color, the best-known by name."""

import textwrap
from collections import Counter
from collections.abc import Sequence

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.transforms import Bbox

from recipes.figures._style import GREY, figure, name
from zoo.words import printable

GROUPS = 7  # that have a color: more colors look alike
BEYOND = 0.01  # of points at each side, that others may have room
MARGIN = 0.05  # of the others' extent, on each side
TRIED = 250  # names: those of the best known
WIDTH = 26  # characters of a line of a name, which has at most two
GAP = 2  # pixels around a name, and between it and its point
BESIDE = ((1, 0, "left", "center"), (-1, 0, "right", "center"), (0, 1, "center", "bottom"), (0, -1, "center", "top"))


def draw(plane: np.ndarray, names: Sequence[str], known: np.ndarray, groups: Sequence[str], title: str) -> Figure:
    """Draws points, the better known the larger, and names, the best known first, where there is room.

    Args:
        plane: Codes, shape `(n, 2)`.
        names: Each point's.
        known: How well each is known, such as its number of ratings, shape `(n,)`.
        groups: Each point's, such as a film's first genre; the 7 largest have a color.
        title: The figure's title.
    """
    made, axes = figure(10, 8, title=title)
    plot = axes[0, 0]
    low, high = np.quantile(plane, (BEYOND, 1 - BEYOND), axis=0)
    margin = np.where(high > low, MARGIN * (high - low), 1)
    low, high = low - margin, high + margin
    outside = int(((plane < low) | (plane > high)).any(axis=1).sum())
    plot.set(xticks=[], yticks=[], xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    if outside:
        plot.set_xlabel(f"{outside:,} of {len(plane):,} lie beyond the edges", color=GREY)
    colors = matplotlib.colormaps["tab10"]
    large = {group: colors(i) for i, (group, _) in enumerate(Counter(groups).most_common(GROUPS))}
    sizes = 6 + 200 * known / known.max()
    order = np.argsort(-known, kind="stable")  # small points lie upon large ones
    color = [large.get(groups[row], GREY) for row in order]
    plot.scatter(*plane[order].T, sizes[order], color=color, alpha=0.6, linewidths=0)
    for group, shade in [*large.items(), ("other", GREY)][: len(set(groups))]:
        plot.scatter([], [], 50, color=shade, label=name(group, 1.1))
    made.legend(loc="outside lower center", ncols=GROUPS + 1, frameon=False)
    made.draw_without_rendering()  # places the axes, in which room is measured
    _name(plot, plane, names, np.sqrt(sizes) / 2 * made.dpi / 72)
    return made


def _name(plot: Axes, plane: np.ndarray, names: Sequence[str], radii: np.ndarray) -> None:
    """Writes names beside their points, the larger first, each where it covers no other and no point that has one.

    Args:
        plot: Where the points are; its place in the figure is final.
        plane: Codes, shape `(n, 2)`.
        names: Each point's.
        radii: Of points, in pixels, shape `(n,)`.
    """
    taken: list[Bbox] = []
    pixels = plot.transData.transform(plane)
    for row in np.argsort(-radii, kind="stable")[:TRIED]:
        point = Bbox([pixels[row] - radii[row] / 2, pixels[row] + radii[row] / 2])
        lines = textwrap.fill(printable(names[row]), WIDTH, max_lines=2, placeholder="…")
        text = plot.annotate(lines, plane[row], (0, 0), textcoords="offset pixels", fontsize=8, linespacing=1)
        text.set(in_layout=False, path_effects=[withStroke(linewidth=2, foreground="white", alpha=0.8)])
        for x, y, horizontal, vertical in BESIDE:
            text.set(position=(x * (radii[row] + GAP), y * (radii[row] + GAP)), ha=horizontal, va=vertical)
            box = text.get_window_extent().padded(GAP)
            within = plot.bbox.containsx(box.x0) and plot.bbox.containsx(box.x1)
            within &= plot.bbox.containsy(box.y0) and plot.bbox.containsy(box.y1)
            if within and not box.count_overlaps(taken) and not point.count_overlaps(taken):
                taken += [box, point]
                break
        else:
            text.remove()
