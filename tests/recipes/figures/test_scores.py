"""Scores become histograms."""

import numpy as np
import pytest

from recipes.figures import scores


@pytest.mark.parametrize("count", [1, 3, 7])
def test_a_histogram_for_each_detector(count, tmp_path):
    rng = np.random.default_rng(0)
    given = [scores.Scores(f"kind {i}", rng.random(20), 1 + rng.random(30), 1.0) for i in range(count)]
    figure = scores.draw(given, "title")
    figure.savefig(tmp_path / "a.png")
    shown = [plot for plot in figure.axes if plot.get_visible()]
    assert [plot.get_title() for plot in shown] == [f"kind {i}" for i in range(count)]
    for plot in shown:
        assert sum(bar.get_height() for bar in plot.patches) == pytest.approx(2)  # each kind sums to 1
        assert plot.lines[0].get_xdata()[0] == 1.0


def test_scores_of_0_and_no_known_anomalies_are_drawn(tmp_path):
    figure = scores.draw([scores.Scores("all", np.zeros(5), np.zeros(0), 0.0)], "title")
    figure.savefig(tmp_path / "a.png")
    assert sum(bar.get_height() for bar in figure.axes[0].patches) == pytest.approx(1)
