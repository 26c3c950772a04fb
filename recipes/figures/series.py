"""A series step by step: some channels, the score with its threshold, events, and labels if there are any."""

import re
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from recipes.figures._style import BLUE, GREY, ORANGE, figure, name, plain

MOST = 4000  # points of a line: the lowest and the highest of each stretch of a longer one
TICKS = 5
WIDTH = 9.0  # inches
LEAST = 1e-6  # of a score, whose axis is logarithmic


def draw(
    channels: Mapping[str, np.ndarray],
    score: np.ndarray,
    threshold: float,
    *,
    words: np.ndarray,
    segments: Sequence[slice],
    normal: int,
    events: Sequence[slice],
    labels: Sequence[slice],
    title: str,
) -> Figure:
    """Draws each channel and the score above one another, over steps; where steps leave a gap, lines are broken.

    Args:
        channels: By name, values by step.
        score: Likewise; infinite where a number is missing.
        threshold: Above it a step is an alarm.
        words: When each step was, as it is written below the axis.
        segments: The stretches without a gap.
        normal: How many of the first steps were taken as normal.
        events: Stretches of steps with alarms.
        labels: Stretches that are labelled anomalous.
        title: The figure's title.
    """
    made, axes = figure(WIDTH, 1.2 + 1.3 * (len(channels) + 1), len(channels) + 1, title=title)
    *plots, last = axes[:, 0]
    for plot, (channel, values) in zip(plots, channels.items(), strict=True):
        _lines(plot, values, segments, BLUE)
        plot.set_ylabel(name(channel, 1.2), rotation=0, ha="right", va="center")
    usable = score[np.isfinite(score)]
    _lines(last, np.clip(score, LEAST, usable.max(initial=threshold)), segments, ORANGE)
    last.axhline(threshold, color=GREY, linestyle=":", label="threshold")
    last.set_yscale("log")
    last.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    last.yaxis.set_minor_formatter(NullFormatter())
    last.set_ylabel("score", rotation=0, ha="right", va="center")
    for plot in (*plots, last):
        _shade(plot, len(score), events, ORANGE, 0.3, (0, 0.5), "event")
        _shade(plot, len(score), labels, GREY, 0.35, (0.5, 1), "labelled")
        plot.axvspan(0, normal, color=BLUE, alpha=0.07, linewidth=0, label="taken as normal")
        plot.set(xlim=(0, len(score)), xticks=[])
        plain(plot)
    places = np.linspace(0, len(score) - 1, min(TICKS, len(score))).astype(int)
    last.set_xticks(places, [_two_lines(str(words[i])) for i in places], fontsize="small")
    handles, called = last.get_legend_handles_labels()
    first = dict(zip(reversed(called), reversed(handles), strict=True))  # of several that are called alike
    made.legend(first.values(), first.keys(), loc="outside lower center", ncols=4, frameon=False)
    return made


def _two_lines(words: str) -> str:
    """Returns a date over its time of day; other words in one line."""
    return "\n".join(name(part, WIDTH / TICKS - 0.3) for part in re.split(r"(?<=\d)[T ](?=\d)", words, maxsplit=1))


def _lines(plot: Axes, values: np.ndarray, segments: Sequence[slice], color: str) -> None:
    """Draws a line a stretch; of a long one the lowest and the highest value of some steps at a time."""
    every = -(-2 * len(values) // MOST)
    for at in segments:
        steps, shown = np.arange(at.start, at.stop), values[at]
        if every > 1:
            edges = np.arange(0, len(shown), every)
            shown = np.stack([np.fmin.reduceat(shown, edges), np.fmax.reduceat(shown, edges)], axis=1).ravel()
            steps = np.repeat(steps[edges], 2)
        plot.plot(steps, shown, color=color, linewidth=0.8)


def _shade(
    plot: Axes, steps: int, spans: Sequence[slice], color: str, alpha: float, height: tuple[float, float], label: str
) -> None:
    """Shades stretches over a part of the plot's height, each at least wide enough to be seen."""
    for at in spans:
        end = max(at.stop, at.start + steps / 500)
        plot.axvspan(at.start, end, *height, color=color, alpha=alpha, linewidth=0, label=label)
