"""ROC curves of perfect scores, either way."""

import numpy as np

from recipes.figures import roc


def test_a_perfect_detectors_curve_is_at_1_throughout(tmp_path):
    anomalous = np.array([False, False, True, True])
    figure = roc.draw({"good": (anomalous, np.arange(4.0)), "bad": (anomalous, -np.arange(4.0))}, "title")
    figure.savefig(tmp_path / "a.png")
    good, bad, chance = figure.axes[0].lines
    assert [line.get_label() for line in (good, bad, chance)] == ["good", "bad", "chance"]
    assert good.get_ydata()[-1] == good.get_ydata()[good.get_xdata() == 0].max() == 1
    assert bad.get_ydata()[bad.get_xdata() < 1].max() == 0
