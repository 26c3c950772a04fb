"""Predictions stand above their true rating."""

import numpy as np
import pytest

from recipes.figures import by_star

TRUE = np.array([1.0, 1, 1, 1, 1, 3, 3, 3.5])
PREDICTED = np.array([1.0, 2, 3, 4, 5, 2, 4, 3])


def test_mean_middle_half_and_number_of_each_star(tmp_path):
    figure = by_star.draw(TRUE, PREDICTED, "title")
    (plot,) = figure.axes
    means, diagonal = plot.lines
    np.testing.assert_array_equal(means.get_xydata(), [(1, 3), (3, 3), (3.5, 3)])
    np.testing.assert_array_equal(diagonal.get_xydata(), [(1, 1), (3.5, 3.5)])
    *violins, middle = plot.collections
    np.testing.assert_array_equal(middle.get_segments(), [[(1, 2), (1, 4)], [(3, 2.5), (3, 3.5)], [(3.5, 3), (3.5, 3)]])
    assert [label.get_text() for label in plot.get_xticklabels()] == ["1\n(5)", "3\n(2)", "3.5\n(1)"]
    spans = [(path.vertices[:, 1].min(), path.vertices[:, 1].max()) for (path,) in (v.get_paths() for v in violins)]
    assert spans[:2] == [(1, 5), (2, 4)]
    figure.savefig(tmp_path / "a.png")


def test_violins_do_not_touch():
    *violins, _ = by_star.draw(TRUE, PREDICTED, "title").axes[0].collections
    widest = [
        np.abs(violin.get_paths()[0].vertices[:, 0] - star).max()
        for violin, star in zip(violins, (1, 3, 3.5), strict=True)
    ]
    assert widest[0] == pytest.approx(widest[1])
    assert all(half < 0.25 for half in widest)  # stars are 0.5 apart


def test_of_very_many_predictions_some_shape_the_violin_but_all_count(monkeypatch):
    monkeypatch.setattr(by_star, "MOST", 3)
    (plot,) = by_star.draw(TRUE, PREDICTED**2, "title").axes
    assert plot.lines[0].get_ydata()[0] == (1 + 4 + 9 + 16 + 25) / 5
    vertices = plot.collections[0].get_paths()[0].vertices
    assert (vertices[:, 1].min(), vertices[:, 1].max()) == (1, 25)


@pytest.mark.parametrize("true", [np.array([4.0]), np.array([4.0, 4.0]), np.array([1.0, 5.0])])
def test_few_ratings_are_drawn(true, tmp_path):
    by_star.draw(true, np.full(len(true), 3.0), "title").savefig(tmp_path / "a.png")
