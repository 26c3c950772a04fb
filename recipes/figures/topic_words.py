"""Topics as their words, a bar for the chance of each."""

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from recipes.figures._style import BLUE, figure, name

MOST = 20  # topics that a figure has room for
COLUMNS = 4
WIDTH = 2.8  # inches of a topic's bars and words


def draw(words: Sequence[Sequence[str]], chances: np.ndarray, shares: np.ndarray, title: str) -> Figure:
    """Draws the topics that texts have most of, the largest first.

    Args:
        words: Each topic's words, the most telling first.
        chances: Of these words in the topic, shape `(topics, words)`.
        shares: Of topics in all texts, shape `(topics,)`.
        title: The figure's title.
    """
    order = np.argsort(-shares, kind="stable")[:MOST]
    columns = min(COLUMNS, len(order))
    rows = math.ceil(len(order) / columns)
    height = 0.5 + 0.2 * chances.shape[1]
    made, axes = figure(WIDTH * columns, 0.5 + height * rows, rows, columns, title=title)
    for plot in axes.ravel()[len(order) :]:
        plot.set_visible(False)
    for plot, topic in zip(axes.ravel(), order, strict=False):
        places = range(chances.shape[1])
        plot.barh(places, chances[topic], color=BLUE)
        plot.set_yticks(places, [name(word, WIDTH / 2) for word in words[topic]])
        plot.set_title(f"topic {topic}: {shares[topic]:.1%} of texts", fontsize=9)
        plot.invert_yaxis()
        plot.set_xticks([])
        plot.tick_params(axis="y", length=0, labelsize=9)
        plot.spines[:].set_visible(False)
    return made
