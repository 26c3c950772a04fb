"""Pictures, where a detector looks, and where a defect is: side by side."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from recipes.figures._style import figure, name, picture

HEIGHT, WIDTH = 1.3, 1.9  # inches of a picture, at most
ACROSS = 2  # cases of a row


class Case(NamedTuple):
    """One picture.

    Attributes:
        caption: What it shows, and its score.
        image: Shape `(height, width, channels)`, in [0, 1].
        map: How unusual each pixel is, shape `(height, width)`.
        mask: Where the defect is, booleans of that shape; None where nobody knows.
    """

    caption: str
    image: np.ndarray
    map: np.ndarray
    mask: np.ndarray | None


def draw(cases: Sequence[Case], low: float, high: float, title: str) -> Figure:
    """Draws each picture, its map and its mask, two pictures a row.

    Args:
        cases: What to draw.
        low: What is drawn in black in maps, such as what is usual of normal pixels.
        high: What is drawn in the brightest color.
        title: The figure's title.
    """
    rows = -(-len(cases) // ACROSS)
    shape = np.median([case.image.shape[:2] for case in cases], axis=0)
    scale = min(HEIGHT / shape[0], WIDTH / shape[1])
    height, width = scale * shape
    made, axes = figure(3 * ACROSS * (width + 0.1), 0.5 + rows * (height + 0.3), rows, 3 * ACROSS, title=title)
    for plot in axes.flat[3 * len(cases) :]:
        plot.set_visible(False)
    for i, case in enumerate(cases):
        seen, map_, mask = axes[i // ACROSS, 3 * (i % ACROSS) :][:3]
        picture(seen, case.image[..., 0] if case.image.shape[-1] == 1 else case.image, vmin=0, vmax=1)
        picture(map_, case.map, vmin=low, vmax=high, cmap="inferno")
        if case.mask is None:
            mask.set_visible(False)
        else:
            picture(mask, case.mask, vmin=0, vmax=1)
        seen.set_title(name(case.caption, width), fontsize=8, pad=2)
        if i < ACROSS:
            map_.set_title("map", fontsize=8, pad=2)
            mask.set_title("defect", fontsize=8, pad=2)
    return made
