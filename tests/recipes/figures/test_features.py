"""Features stand in reading order, each on a scale of its own around 0."""

import numpy as np
import pytest

from recipes.figures import features
from recipes.figures._style import GAP

FEATURES = np.linspace(-1, 3, 24).reshape(3, 4, 2)


def test_features_stand_in_reading_order():
    (axes,) = features.draw(FEATURES, "title", columns=2).axes
    corners = [(image.get_extent()[0], image.get_extent()[3]) for image in axes.images]
    assert corners == [(0, 0), (1 + GAP, 0), (0, 2 + GAP)]  # an image is twice as high as wide
    assert axes.get_xlim() == pytest.approx((0, 2 + GAP))
    assert axes.get_ylim() == pytest.approx((4 + GAP, 0))


def test_white_is_0_and_the_largest_magnitude_is_full_color():
    (axes,) = features.draw(FEATURES, "title", columns=3).axes
    for image, feature in zip(axes.images, FEATURES, strict=True):
        np.testing.assert_allclose(image.get_array(), feature / np.abs(feature).max())
        assert image.get_clim() == (-1, 1)


def test_one_unit_that_adds_nothing(tmp_path):
    figure = features.draw(np.zeros((1, 4, 4)), "title", columns=1)
    assert not figure.axes[0].images[0].get_array().any()
    figure.savefig(tmp_path / "a.png")
