"""Activity is counted by sample and by unit."""

import numpy as np
import pytest

from recipes.figures import activity


def heights(axes):
    return {round(bar.get_x() + bar.get_width() / 2): bar.get_height() for bar in axes.patches if bar.get_height()}


def test_counts_active_units_a_sample():
    active = np.array([[True, False, False], [True, True, False], [True, False, False]])
    by_sample, _ = activity.draw(active, "title").axes
    assert heights(by_sample) == {1: 2, 2: 1}
    assert by_sample.get_xlabel() == "active units, of 3"


def test_counts_units_by_the_share_of_samples():
    active = np.array([[True, False, False], [True, True, False]])
    _, by_unit = activity.draw(active, "title").axes
    bars = [(bar.get_x(), bar.get_height()) for bar in by_unit.patches if bar.get_height()]
    assert bars == [(0, 1), (50, 1), (97.5, 1)]  # 40 bins of 2.5 %: never, half of the time, always


@pytest.mark.parametrize("active", [np.zeros((5, 3), bool), np.ones((5, 3), bool), np.ones((5, 1), bool)])
def test_constant_activity_and_one_unit_are_drawn(active, tmp_path):
    figure = activity.draw(active, "title")
    figure.savefig(tmp_path / "a.png")
    by_sample, by_unit = figure.axes
    assert heights(by_sample) == {int(active[0].sum()): 5}
    assert sum(bar.get_height() for bar in by_unit.patches) == active.shape[1]
