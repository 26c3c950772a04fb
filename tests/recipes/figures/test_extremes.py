"""Pictures stand under their scores."""

import numpy as np

from recipes.figures import extremes


def test_pictures_stand_under_their_scores(tmp_path):
    rng = np.random.default_rng(0)
    rows = {"most": (rng.random((3, 4, 4)), np.array([0.1, 0.2, 0.3])), "one": (rng.random((1, 4, 4)), np.array([5.0]))}
    figure = extremes.draw(rows, "title")
    figure.savefig(tmp_path / "a.png")
    shown = [plot for plot in figure.axes if plot.get_visible()]
    assert [plot.get_title() for plot in shown] == ["0.1", "0.2", "0.3", "5"]
    assert [shown[0].get_ylabel(), shown[3].get_ylabel()] == ["most", "one"]
