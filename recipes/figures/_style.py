"""One look for all figures."""

from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

matplotlib.rcParams["text.parse_math"] = False  # a "$" in a title or a label is a dollar
BLUE, ORANGE, GREY = "#2a6fbb", "#e07b39", "#8a8a8a"


def figure(width: float, height: float, rows: int = 1, columns: int = 1) -> tuple[Figure, np.ndarray]:
    """Makes a figure of axes, shape `(rows, columns)`; sizes in inches."""
    made = Figure(figsize=(width, height), layout="constrained", dpi=120)
    return made, made.subplots(rows, columns, squeeze=False)


def picture(axes: Axes, image: np.ndarray, **options: Any) -> None:
    """Draws an image, shape `(height, width)` or `(height, width, channels)`, without ticks."""
    image = np.clip(image, 0, 1) if image.ndim == 3 else image  # colors beyond 0 and 1 would be refused
    axes.imshow(image, **{"cmap": "gray", "interpolation": "nearest", **options})
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)


def plain(axes: Axes) -> None:
    """Takes away what a curve does not need."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.25)


def logarithmic(axes: Axes) -> None:
    """Lays the horizontal axis out by powers of 10, which are written as numbers."""
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
