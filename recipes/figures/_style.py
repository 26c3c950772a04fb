"""One look for all figures."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from recipes.figures._text import fitted, new

TITLE, TEXT = 12, 10  # points
NAME = 2.0  # inches that a name of others has, where a figure does not say
DPI = 120
UNSEEN = "\u200c"  # a letter without width
BLUE, ORANGE, GREY = "#2a6fbb", "#e07b39", "#8a8a8a"


def figure(width: float, height: float, rows: int = 1, columns: int = 1, *, title: str) -> tuple[Figure, np.ndarray]:
    """Makes a figure of axes, shape `(rows, columns)`, under a title; sizes in inches."""
    made = new((width, height), DPI, layout="constrained")
    made.suptitle(fitted(title, 0.95 * width, TITLE), fontsize=TITLE)
    return made, made.subplots(rows, columns, squeeze=False)


def name(words: object, room: float = NAME) -> str:
    """Returns a label, or what else people call things, as one line that is no longer than the room, in inches."""
    line = fitted(words, room, TEXT)
    return f"{UNSEEN}{line}" if not line or line.startswith("_") else line  # which legends would leave out


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
