"""Texts on the way from one to another, as a table."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from recipes.figures._style import GREY, TEXT, figure, name

COLUMN = 4.2  # inches
LINE = 0.27  # inches


def draw(walks: Sequence[Sequence[str]], title: str) -> Figure:
    """Draws each walk as a column: the texts that it leads between in grey, and what is written on the way.

    Args:
        walks: Of each, the first text, what is written of its code, and so on to the last text; all of one length.
        title: The figure's title.
    """
    rows = len(walks[0])
    made, axes = figure(COLUMN * len(walks), LINE * rows + 0.6, 1, len(walks), title=title)
    for plot, walk in zip(axes[0], walks, strict=True):
        plot.set(xlim=(0, 1), ylim=(rows - 0.5, -0.5))
        plot.axis("off")
        for at, text in enumerate(walk):
            color = GREY if at in (0, rows - 1) else "black"
            plot.text(0.0, at, name(text, 0.95 * COLUMN), fontsize=TEXT, color=color, va="center")
    return made
