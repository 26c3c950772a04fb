"""Bars by class show what they are given."""

from recipes.figures import by_class


def test_bars_by_class_and_means(tmp_path):
    figure = by_class.draw({"ours": [0.9, 1.0], "theirs": [0.8, 0.9]}, ["a", "b"], "AUROC", "title")
    figure.savefig(tmp_path / "a.png")
    plot = figure.axes[0]
    assert [bar.get_height() for bar in plot.patches] == [0.9, 1.0, 0.8, 0.9]
    assert [label.get_text() for label in plot.get_xticklabels()] == ["a", "b"]
    assert [text.get_text() for text in figure.legends[0].texts] == ["ours: mean 0.950", "theirs: mean 0.850"]
    assert plot.get_ylim() == (0.7, 1)
