"""The use of a codebook is drawn from the most to the least frequent entry."""

import numpy as np
import pytest

from recipes.figures import usage


def test_entries_come_by_how_often_they_occur():
    (axes,) = usage.draw(np.array([0.2, 0.0, 0.5, 0.3]), "title").axes
    assert [bar.get_height() for bar in axes.patches] == pytest.approx([50, 30, 20, 0])
    assert axes.lines[0].get_ydata()[0] == pytest.approx(25)


def test_a_codebook_of_one_is_drawn(tmp_path):
    usage.draw(np.array([1.0]), "title").savefig(tmp_path / "a.png")
