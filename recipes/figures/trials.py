"""The trials of a search: how good they were one after the other, and by each option's value."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from recipes.figures._style import BLUE, GREY, ORANGE, figure, logarithmic, name, plain

COLUMNS, WIDE, HIGH = 3, 3.6, 2.9  # panels in a row, and a panel's size in inches
ROOM = 0.8  # inches for a value's words


def draw(
    values: Sequence[float],
    chosen: Mapping[str, Sequence[Any]],
    measure: str,
    goal: str,
    title: str,
    logs: Sequence[str] = (),
) -> Figure:
    """Draws the trials that ended well.

    Args:
        values: What each was measured at, in order.
        chosen: By option, each trial's value: a number, or words.
        measure: What was measured.
        goal: "min" if it should be low, "max" if high.
        title: The figure's title.
        logs: The options whose values are laid out by powers of 10.
    """
    panels = len(chosen) + 1
    columns, rows = min(COLUMNS, panels), -(-panels // COLUMNS)
    made, axes = figure(WIDE * columns, HIGH * rows + 0.4, rows, columns, title=title)
    first, *rest = axes.ravel()
    numbers = np.array(values)
    best = (np.minimum if goal == "min" else np.maximum).accumulate(numbers)
    first.plot(range(1, len(numbers) + 1), numbers, "o", color=BLUE, markersize=4, label="a trial")
    first.step(range(1, len(numbers) + 1), best, where="post", color=ORANGE, label="the best so far")
    first.set(xlabel="trial", ylabel=name(measure))
    first.xaxis.get_major_locator().set_params(integer=True)
    first.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    plain(first)
    place = int(numbers.argmin() if goal == "min" else numbers.argmax())
    for panel, (option, given) in zip(rest, chosen.items(), strict=False):
        _by_value(panel, given, numbers, place, option in logs)
        panel.set(xlabel=name(option), ylabel=name(measure))
        plain(panel)
    for panel in rest[len(chosen) :]:
        panel.set_visible(False)
    return made


def _by_value(axes: Axes, given: Sequence[Any], numbers: np.ndarray, best: int, log: bool) -> None:
    """Draws what was measured over an option's values; words stand side by side in the order of their coming."""
    places = list(given)
    if any(isinstance(value, str) for value in given):
        words = sorted(set(map(str, given)), key=_order)
        places = [words.index(str(value)) for value in given]
        axes.set_xticks(range(len(words)), [name(word, ROOM) for word in words])
        axes.set_xlim(-0.5, len(words) - 0.5)
    elif log:
        logarithmic(axes)
    axes.plot(places, numbers, "o", color=BLUE, markersize=4)
    axes.axvline(places[best], color=GREY, linestyle=":", zorder=0)
    axes.plot(places[best], numbers[best], "o", color=ORANGE, markersize=7)


def _order(word: str) -> tuple[bool, float, str]:
    """Sorts numbers by their size, and words behind them."""
    try:
        return (False, float(word), word)
    except ValueError:
        return (True, 0.0, word)
