"""One look for all figures."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from recipes.figures._text import fitted, new

TITLE, TEXT = 12, 10  # points
NAME = 2.0  # inches that a name of others has, where a figure does not say
DPI = 120
GAP = 0.08  # white between two pictures, in widths of a picture
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
    _drawn(axes, image, **options)
    _bare(axes)


def pictures(
    axes: Axes, rows: Sequence[np.ndarray], names: Iterable[object] | None = None, room: float = GAP, **options: Any
) -> np.ndarray:
    """Draws rows of images within one pair of axes, which takes a fifth of the time of axes for each.

    Args:
        axes: Where to; its unit becomes the width of an image, its vertical axis points downwards.
        rows: Images of a row, shape `(n, height, width)` or `(n, height, width, channels)`, of any size and number.
        names: What the rows are called, at their left.
        room: White between two rows.
        options: As `picture` takes them.

    Returns:
        Where each row begins and ends, shape `(rows, 2)`.
    """
    heights = np.array([images.shape[1] / images.shape[2] for images in rows])
    ends = np.cumsum(heights + room) - room
    places = np.stack([ends - heights, ends], axis=1)
    for place, images in zip(places, rows, strict=True):
        for left, image in zip(np.arange(len(images)) * (1 + GAP), images, strict=True):
            _drawn(axes, image, extent=(left, left + 1, place[1], place[0]), **options)
    axes.set(xlim=(0, max(map(len, rows)) * (1 + GAP) - GAP), ylim=(places[-1, 1], 0))
    _bare(axes)
    if names is not None:
        axes.set_yticks(places.mean(axis=1), list(map(name, names)))
        axes.tick_params(length=0)
    return places


def _drawn(axes: Axes, image: np.ndarray, **options: Any) -> None:
    image = np.clip(image, 0, 1) if image.ndim == 3 else image  # colors beyond 0 and 1 would be refused
    axes.imshow(image, **{"cmap": "gray", "interpolation": "nearest", **options})


def _bare(axes: Axes) -> None:
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
