"""Errors stand in the bin of their number of training ratings."""

import numpy as np
import pytest

from recipes.figures import by_count

COUNTS = np.array([0, 1, 2, 3, 3, 8, 15])  # bins 0, 1, 2-3, 4-7, 8-15
ERRORS = np.array([1.0, -2, 3, 4, 5, 0, 1])


@pytest.fixture
def every_bin(monkeypatch):
    monkeypatch.setattr(by_count, "FEWEST", 1)


@pytest.mark.usefixtures("every_bin")
def test_rmse_and_size_of_each_bin(tmp_path):
    figure = by_count.draw({"user": COUNTS, "film": COUNTS[::-1]}, {"ours": ERRORS, "biases": 2 * ERRORS}, "title")
    users, films, behind_users, _ = figure.axes
    ours, biases = users.lines
    np.testing.assert_array_equal(ours.get_xdata(), [0.5, 1.5, 2.5, 4.5])
    np.testing.assert_allclose(ours.get_ydata(), [1, 2, np.sqrt((9 + 16 + 25) / 3), np.sqrt(1 / 2)])
    np.testing.assert_allclose(biases.get_ydata(), 2 * ours.get_ydata())
    np.testing.assert_allclose(films.lines[0].get_ydata(), [1, 0, np.sqrt((9 + 16 + 25) / 3), np.sqrt((4 + 1) / 2)])
    assert [bar.get_height() for bar in behind_users.patches] == [1, 1, 3, 0, 2]
    assert [label.get_text() for label in users.get_xticklabels()] == ["0", "1", "2", "4", "8", "16"]
    assert users.get_xlabel() == "training ratings of the user"
    assert users.get_ylim() == films.get_ylim()
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["ours", "biases"]
    figure.savefig(tmp_path / "a.png")


def test_a_bin_of_few_ratings_has_a_bar_but_no_point(monkeypatch):
    monkeypatch.setattr(by_count, "FEWEST", 2)
    plot, behind = by_count.draw({"user": COUNTS}, {"ours": ERRORS}, "title").axes
    np.testing.assert_array_equal(plot.lines[0].get_xdata(), [2.5, 4.5])
    assert len(behind.patches) == 5


@pytest.mark.usefixtures("every_bin")
@pytest.mark.parametrize(("count", "start"), [(1, "1"), (2, "2"), (3, "2"), (4, "4"), (1023, "512"), (1024, "1,024")])
def test_bins_double_and_empty_ones_at_the_ends_are_left_out(count, start):
    plot, _ = by_count.draw({"user": np.array([count])}, {"ours": np.array([1.0])}, "title").axes
    assert plot.get_xticklabels()[0].get_text() == start
    assert len(plot.get_xticks()) == 2


def test_a_few_ratings_in_all_are_drawn_without_points(tmp_path):
    by_count.draw({"user": COUNTS, "film": COUNTS}, {"ours": ERRORS}, "title").savefig(tmp_path / "a.png")
