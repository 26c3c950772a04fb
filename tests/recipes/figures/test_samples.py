"""Samples lie in reading order, with white between them."""

import numpy as np

from recipes.figures import samples
from recipes.figures._mosaic import GAP, mosaic

IMAGES = np.linspace(0, 0.9, 5 * 4 * 3).reshape(5, 4, 3)


def test_a_mosaic_keeps_each_picture_and_white_between():
    whole = mosaic(IMAGES[:4].reshape(2, 2, 4, 3))
    assert whole.shape == (2 * 4 + GAP, 2 * 3 + GAP)
    np.testing.assert_array_equal(whole[:4, 3 + GAP :], IMAGES[1])
    np.testing.assert_array_equal(whole[4 + GAP :, :3], IMAGES[2])
    assert np.all(whole[4 : 4 + GAP] == 1)


def test_a_mosaic_of_color():
    assert mosaic(np.zeros((2, 3, 4, 5, 3))).shape == (2 * 4 + GAP, 3 * 5 + 2 * GAP, 3)


def test_each_group_has_axes_and_a_last_row_may_be_short(tmp_path):
    figure = samples.draw({"made": IMAGES, "real": IMAGES[:2]}, "title", columns=2)
    assert [axes.get_title() for axes in figure.axes] == ["made", "real"]
    made, real = (axes.images[0].get_array() for axes in figure.axes)
    assert made.shape == (3 * 4 + 2 * GAP, 2 * 3 + GAP)
    assert np.all(made[-4:, -3:] == 1)
    assert real.shape == (4, 2 * 3 + GAP)
    figure.savefig(tmp_path / "a.png")
