"""Photographs before and after restoration, whole and near."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from scipy.ndimage import uniform_filter

from recipes.figures import _style
from recipes.figures._style import DPI, name, picture
from recipes.figures._text import fitted, new

WIDTH, HEIGHT = 180, 200  # what a whole picture takes at most, in the figure's pixels: files stay small
GAP, TITLE, CAPTION, NUMBERS = 8, 34, 24, 32  # the figure's pixels
ZOOM = 3  # the figure's pixels for one of the truth's, across; more where the picture is small
SHARE = 3  # the window is at most a third as wide as the picture
FLATNESS = 0.6  # the window's height for its width
NEIGHBOURHOOD = 7  # the truth's pixels, across and down: within so many, contrast counts as detail

FRAME: dict[str, Any] = {
    "color": "#ffd92e",
    "linewidth": 1.2,
    "clip_on": False,
    "path_effects": [withStroke(linewidth=2.4, foreground="black")],  # yellow in black is seen on every picture
}


@dataclass(frozen=True)
class Panel:
    """One picture of a row.

    Attributes:
        caption: What it is, such as "noisy"; one for a whole column.
        image: Shape `(height, width)`, `(height, width, 1)` or `(height, width, 3)`, in [0, 1].
        numbers: What stands under it, such as "28.75 dB, 0.81".
    """

    caption: str
    image: np.ndarray
    numbers: str


def draw(rows: Sequence[Sequence[Panel]], title: str) -> Figure:
    """Draws a row of panels for each test picture: the picture, and under it its window of most detail, enlarged.

    The window is chosen in the truth and lies at the same relative place in all pictures of the row, of whatever size.

    Args:
        rows: By test picture, its panels, the truth last; all rows have the same captions.
        title: The figure's title.

    Raises:
        ValueError: If the rows' captions differ.
    """
    captions = [[panel.caption for panel in row] for row in rows]
    if any(row != captions[0] for row in captions):
        raise ValueError(f"Every row has the same captions in the same order. Received: {captions}.")
    layouts = [_layout(row[-1].image) for row in rows]
    across = GAP + len(captions[0]) * (WIDTH + GAP)
    down = TITLE + CAPTION + sum(whole + GAP // 2 + crop + NUMBERS for _, _, whole, crop in layouts)
    made = new((across / DPI, down / DPI), DPI)
    shown = fitted(title, 0.95 * across / DPI, _style.TITLE)
    made.suptitle(shown, y=1 - GAP / down, fontsize=_style.TITLE)
    top = TITLE + CAPTION
    for row, (window, width, whole, crop) in zip(rows, layouts, strict=True):
        middle = top + whole + GAP // 2
        for column, panel in enumerate(row):
            left = (GAP + column * (WIDTH + GAP) + (WIDTH - width) // 2) / across
            upper = made.add_axes((left, 1 - (top + whole) / down, width / across, whole / down))
            lower = made.add_axes((left, 1 - (middle + crop) / down, width / across, crop / down))
            image = panel.image[..., 0] if panel.image.shape[2:] == (1,) else panel.image
            # Pixels stay visible, but where there are more than fit: those are averaged.
            shrunk = image.shape[0] > whole or image.shape[1] > width
            for plot, way in ((upper, "antialiased" if shrunk else "nearest"), (lower, "nearest")):
                picture(plot, image, vmin=0, vmax=1, extent=(0, 1, 1, 0), aspect="auto", interpolation=way)
                plot.add_patch(Rectangle(*window, fill=False, **FRAME))
            (x, y), breadth, depth = window
            lower.set(xlim=(x, x + breadth), ylim=(y + depth, y))
            lower.set_xlabel(panel.numbers, fontsize=9)
        top = middle + crop + NUMBERS
    for plot, caption in zip(made.axes[::2], captions[0], strict=False):
        plot.set_title(name(caption, WIDTH / DPI), fontsize=10)
    return made


def _layout(truth: np.ndarray) -> tuple[tuple[tuple[float, float], float, float], int, int, int]:
    """The window's corner, width and height as shares of the picture; what a panel takes, in the figure's pixels.

    The latter is the width of both, the whole picture's height and the crop's.
    """
    height, width = truth.shape[:2]
    scale = min(WIDTH / width, HEIGHT / height)
    shown, whole = max(1, round(scale * width)), max(1, round(scale * height))
    breadth = max(1, min(shown // ZOOM, width // SHARE))
    depth = max(1, min(round(FLATNESS * breadth), height))
    y, x = _most_detailed(truth, depth, breadth)
    window = (x / width, y / height), breadth / width, depth / height
    return window, shown, whole, round(shown * depth / breadth)


def _most_detailed(image: np.ndarray, height: int, width: int) -> tuple[int, int]:
    """Row and column of the first pixel of the window over which small neighbourhoods deviate most.

    The deviation of the whole window would rather choose one edge between black and white.
    """
    channels = np.atleast_3d(image).astype("float64")
    near = (NEIGHBOURHOOD, NEIGHBOURHOOD, 1)
    variance = uniform_filter(channels**2, near) - uniform_filter(channels, near) ** 2
    detail = uniform_filter(np.sqrt(np.maximum(variance.sum(-1), 0)), (height, width))
    # The filter's value stands at the window's middle; only windows within the picture count.
    y, x = height // 2, width // 2
    inside = detail[y : y + len(image) - height + 1, x : x + image.shape[1] - width + 1]
    row, column = np.unravel_index(inside.argmax(), inside.shape)
    return int(row), int(column)
