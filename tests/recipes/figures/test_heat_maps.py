"""Pictures, maps and masks side by side: what is drawn is what was given."""

import numpy as np

from recipes.figures import heat_maps
from recipes.figures.heat_maps import Case


def test_each_picture_stands_beside_its_map_and_its_mask():
    rng = np.random.default_rng(0)
    cases = [
        Case(f"hole: {i}", rng.random((20, 30, channels)), rng.random((20, 30)), rng.random((20, 30)) > 0.5)
        for i, channels in enumerate((1, 3, 1))
    ]
    cases[2] = cases[2]._replace(mask=None)
    drawn = heat_maps.draw(cases, 0.0, 1.0, "Holes")
    shown = [axes for axes in drawn.axes if axes.get_visible()]
    assert len(shown) == 8  # the third has no mask, a fourth is not there
    np.testing.assert_array_equal(shown[1].images[0].get_array(), cases[0].map)
    assert [axes.get_title() for axes in shown[:3]] == ["hole: 0", "map", "defect"]
