"""A series becomes a plot a channel, over its score; lines are broken where steps leave a gap."""

import numpy as np
import pytest

from recipes.figures import series


@pytest.mark.parametrize("steps", [3, 50, 9000])
def test_a_plot_a_channel_and_one_of_the_score(steps, tmp_path):
    x, score = np.arange(steps) / steps, np.ones(steps)
    score[-1] = np.inf
    figure = series.draw(
        {"flow (l/min)": x, "_": np.full(steps, np.nan)},
        score,
        2.0,
        words=np.array([f"2026-01-01 {i}" for i in range(steps)]),
        segments=[slice(0, 2), slice(2, steps)],
        normal=1,
        events=[slice(steps - 1, steps)],
        labels=[],
        title="title",
    )
    figure.savefig(tmp_path / "a.png")
    first, _, last = figure.axes
    assert first.get_ylabel() == "flow (l/min)"
    assert [len(line.get_xdata()) <= 2 + series.MOST for line in first.lines] == [True, True]  # a line a stretch
    assert first.lines[1].get_ydata().max() == x.max()
    assert last.lines[-1].get_ydata()[0] == 2.0
    assert last.get_xticklabels()[0].get_text().endswith("2026-01-01\n0")
    assert {text.get_text() for text in figure.legends[0].get_texts()} == {"threshold", "event", "taken as normal"}


def test_scores_that_are_all_infinite_are_drawn(tmp_path):
    figure = series.draw(
        {},
        np.full(4, np.inf),
        2.0,
        words=np.array(list("abcd")),
        segments=[slice(0, 4)],
        normal=1,
        events=[],
        labels=[],
        title="t",
    )
    figure.savefig(tmp_path / "a.png")
