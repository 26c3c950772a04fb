"""Points stand side by side, colored by label."""

import matplotlib
import numpy as np
import pytest

from recipes.figures import scatter

PLANE = np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]])


def test_each_kind_of_code_has_its_axes_and_each_label_its_color(tmp_path):
    figure = scatter.draw({"ours": PLANE, "PCA": -PLANE}, np.array([1, 0, 1]), ["no", "yes"], "title")
    first, second = figure.axes
    assert [axes.get_title() for axes in figure.axes] == ["ours", "PCA"]
    np.testing.assert_array_equal(first.collections[0].get_offsets(), PLANE)
    np.testing.assert_array_equal(second.collections[0].get_offsets(), -PLANE)
    tab10 = matplotlib.colormaps["tab10"]
    np.testing.assert_allclose(first.collections[0].get_facecolor()[:, :3], [tab10(i)[:3] for i in (1, 0, 1)])
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["no", "yes"]
    handles = figure.legends[0].legend_handles
    np.testing.assert_allclose([handle.get_facecolor()[0, :3] for handle in handles], [tab10(i)[:3] for i in (0, 1)])
    figure.savefig(tmp_path / "a.png")


def test_without_labels_there_is_one_color_and_no_legend(tmp_path):
    figure = scatter.draw({"ours": PLANE}, None, [], "title")
    assert len(figure.axes[0].collections[0].get_facecolor()) == 1
    assert not figure.legends
    figure.savefig(tmp_path / "a.png")


@pytest.mark.parametrize(("labels", "legends"), [(20, 1), (21, 0)])
def test_many_labels_run_along_a_scale_without_a_legend(labels, legends):
    plane = np.random.default_rng(0).random((labels, 2))
    figure = scatter.draw({"ours": plane}, np.arange(labels), [str(i) for i in range(labels)], "title")
    assert len(np.unique(figure.axes[0].collections[0].get_facecolor(), axis=0)) == labels
    assert len(figure.legends) == legends


def test_of_very_many_points_some_are_drawn(monkeypatch):
    monkeypatch.setattr(scatter, "MOST", 2)
    figure = scatter.draw({"ours": PLANE}, np.array([0, 1, 2]), ["a", "b", "c"], "title")
    np.testing.assert_array_equal(figure.axes[0].collections[0].get_offsets(), PLANE[[0, 2]])
    assert len(figure.axes[0].collections[0].get_facecolor()) == 2


def test_a_dollar_in_a_label_is_a_dollar(tmp_path):
    names = ["$10_$20", "$20_$50"]
    drawn = scatter.draw({"$a$b$": np.zeros((4, 2))}, np.array([0, 1, 0, 1]), names, "Ba$$in")
    drawn.savefig(tmp_path / "drawn.png")
    assert [text.get_text() for text in drawn.legends[0].get_texts()] == names
