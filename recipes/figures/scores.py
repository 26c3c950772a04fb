"""Scores of normal samples and of anomalies, and the threshold between them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from recipes.figures._style import BLUE, GREY, ORANGE, figure, logarithmic, name, plain

COLUMNS = 5
WIDTH = 2.6  # inches of a column
BINS = 50


class Scores(NamedTuple):
    """Scores of one detector.

    Attributes:
        name: What is normal to it.
        normal: Scores of normal samples, shape `(n,)`.
        anomalous: Scores of anomalies, shape `(m,)`; empty where none are known.
        threshold: Above it a sample is called an anomaly.
    """

    name: str
    normal: np.ndarray
    anomalous: np.ndarray
    threshold: float


def draw(detectors: Sequence[Scores], title: str) -> Figure:
    """Draws two histograms for each detector, each kind's heights summing to 1, over logarithmic scores.

    Args:
        detectors: What to draw.
        title: The figure's title.
    """
    columns = min(COLUMNS, len(detectors))
    rows = -(-len(detectors) // columns)
    made, axes = figure(max(6, WIDTH * columns), 1 + 2.2 * rows, rows, columns, title=title)
    for plot, scores in zip(axes.flat, detectors, strict=False):
        both = np.maximum(np.concatenate([scores.normal, scores.anomalous, [scores.threshold]]), 1e-12)
        bins = np.geomspace(both.min() / 1.05, 1.05 * both.max(), BINS)
        for values, color, label in ((scores.normal, BLUE, "normal"), (scores.anomalous, ORANGE, "anomalies")):
            if len(values):
                clipped = np.maximum(values, 1e-12)
                plot.hist(
                    clipped, bins, weights=np.full(len(values), 1 / len(values)), color=color, alpha=0.7, label=label
                )
        plot.axvline(scores.threshold, color=GREY, linestyle=":", label="threshold")
        logarithmic(plot)
        plot.set(yticks=[])
        plot.set_title(name(scores.name, WIDTH - 0.3), fontsize="medium")
        plain(plot)
        plot.grid(visible=False)
    for plot in axes.flat[len(detectors) :]:
        plot.set_visible(False)
    handles, labels = axes.flat[0].get_legend_handles_labels()
    made.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False)
    return made
