"""ROC curves: anomalies found against false alarms, at every threshold."""

from collections.abc import Mapping

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from sklearn.metrics import roc_curve

from recipes.figures._style import GREY, figure, logarithmic, name, plain


def draw(detectors: Mapping[str, tuple[np.ndarray, np.ndarray]], title: str) -> Figure:
    """Draws a curve for each detector; false alarms on a logarithmic axis, where it matters.

    Args:
        detectors: By name, booleans that say what is an anomaly and scores, each of shape `(n,)`.
        title: The figure's title.
    """
    made, axes = figure(6.5, 4, title=title)
    plot = axes[0, 0]
    colors = matplotlib.colormaps["tab10"]
    lowest = 1.0
    for i, (normal, (anomalous, scores)) in enumerate(detectors.items()):
        alarms, found, _ = roc_curve(anomalous, scores)
        plot.step(alarms, found, where="post", color=colors(i % 10), label=name(normal))
        lowest = min(lowest, 1 / (np.size(anomalous) - np.sum(anomalous)))
    chance = np.geomspace(lowest, 1, 100)
    plot.plot(chance, chance, color=GREY, linestyle=":", label="chance")
    logarithmic(plot)
    plot.set(xlim=(lowest, 1), ylim=(0, 1.01), xlabel="false alarms", ylabel="anomalies found")
    plain(plot)
    made.legend(loc="outside right center", frameon=False)
    return made
