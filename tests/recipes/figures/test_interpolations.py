"""Each path is a row between its two ends."""

import numpy as np

from recipes.figures import interpolations
from recipes.figures._mosaic import GAP


def test_ends_stand_in_the_row_of_their_path(tmp_path):
    ends = np.linspace(0, 1, 2 * 2 * 12).reshape(2, 2, 4, 3)
    between = np.full((2, 5, 4, 3), 0.5)
    figure = interpolations.draw(ends, between, "title")
    whole = figure.axes[0].images[0].get_array()
    assert whole.shape == (2 * 4 + GAP, (1 + 5 + 1) * 3 + 4 * GAP + 2 * interpolations.MARGIN)
    np.testing.assert_array_equal(whole[:4, :3], ends[0, 0])
    np.testing.assert_array_equal(whole[4 + GAP :, -3:], ends[1, 1])
    np.testing.assert_array_equal(whole[:4, 3 + interpolations.MARGIN :][:, :3], between[0, 0])
    figure.savefig(tmp_path / "a.png")
