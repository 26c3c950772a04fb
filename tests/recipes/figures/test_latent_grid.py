"""A plane's pictures stand where their codes do: the first unit to the right, the second upwards."""

import numpy as np

from recipes.figures import latent_grid


def test_rows_go_upwards_and_axes_name_their_units(tmp_path):
    images = np.zeros((3, 3, 4, 4))
    images[0, 2] = 1.0  # the second unit lowest, the first highest: below, at the right
    figure = latent_grid.draw(images, np.array([-1.5, 0.0, 1.5]), (4, 7), "title")
    (axes,) = figure.axes
    whole = axes.images[0].get_array()
    assert np.all(whole[-4:, -4:] == 1)
    assert np.all(whole[:4, :4] == 0)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("unit 4", "unit 7")
    assert [label.get_text() for label in axes.get_xticklabels()] == ["-1.5", "0.0", "1.5"]
    figure.savefig(tmp_path / "a.png")
