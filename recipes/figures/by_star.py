"""Predicted ratings by true rating: how far a model hedges, and how often it is far off."""

import numpy as np
from matplotlib.figure import Figure

from recipes.figures._style import BLUE, GREY, ORANGE, figure, plain

GROUPS = 20  # violins that a figure has room for
MOST = 5000  # ratings of a star that shape its violin: beyond, it looks the same


def draw(true: np.ndarray, predicted: np.ndarray, title: str) -> Figure:
    """Draws for each true rating how predictions are distributed: all violins have one width, whatever their number.

    Args:
        true: Stars, shape `(ratings,)`.
        predicted: Stars, of the same shape.
        title: The figure's title.
    """
    made, axes = figure(7, 4.8, title=title)
    plot = axes[0, 0]
    true = _grouped(true)
    stars = np.unique(true)
    by_star = [predicted[true == star] for star in stars]
    evenly = [
        np.sort(values)[np.linspace(0, len(values) - 1, min(len(values), MOST)).astype(int)] for values in by_star
    ]
    width = 0.85 * np.diff(stars).min(initial=1)
    for body in plot.violinplot(evenly, stars, widths=width, showextrema=False)["bodies"]:
        body.set(facecolor=BLUE, alpha=0.35, linewidth=0)
    low, high = np.transpose([np.quantile(values, (0.25, 0.75)) for values in by_star])
    plot.vlines(stars, low, high, color=BLUE, linewidth=5, label="middle half")
    means = np.array([values.mean() for values in by_star])
    plot.plot(stars, means, "o", color=ORANGE, markeredgecolor="white", markersize=9, label="mean", zorder=3)
    ends = np.array([stars.min(), stars.max()])
    plot.plot(ends, ends, color=GREY, linestyle=":", label="predicted = true", zorder=0)
    plot.set(xlabel="true rating (number of ratings)", ylabel="predicted rating", xticks=stars)
    plot.set_xticklabels([f"{star:g}\n({len(values):,})" for star, values in zip(stars, by_star, strict=True)])
    plain(plot)
    plot.grid(visible=False, axis="x")
    made.legend(loc="outside lower center", ncols=3, frameon=False)
    return made


def _grouped(true: np.ndarray) -> np.ndarray:
    """Returns ratings as they are if they are few, otherwise as the middles of equal steps of the scale."""
    low, high = float(true.min()), float(true.max())
    if len(np.unique(true)) <= GROUPS:
        return true
    step = (high - low) / GROUPS
    return low + step * (np.minimum((true - low) // step, GROUPS - 1) + 0.5)
