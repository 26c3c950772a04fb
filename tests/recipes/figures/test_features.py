"""Features stand in reading order, each on a scale of its own around 0."""

import numpy as np

from recipes.figures import features

FEATURES = np.linspace(-1, 3, 24).reshape(3, 4, 2)


def test_each_feature_has_its_axes_and_the_rest_are_empty():
    figure = features.draw(FEATURES, "title", columns=2)
    assert len(figure.axes) == 4
    np.testing.assert_array_equal([axes.images[0].get_array() for axes in figure.axes[:3]], FEATURES)
    assert not figure.axes[3].images
    assert [axes.axison for axes in figure.axes] == [True, True, True, False]


def test_white_is_0_and_the_largest_magnitude_is_full_color():
    figure = features.draw(FEATURES, "title", columns=3)
    limits = [np.abs(feature).max() for feature in FEATURES]
    assert [axes.images[0].get_clim() for axes in figure.axes] == [(-limit, limit) for limit in limits]


def test_one_unit_that_adds_nothing(tmp_path):
    figure = features.draw(np.zeros((1, 4, 4)), "title", columns=1)
    assert figure.axes[0].images[0].get_clim() == (-1, 1)
    figure.savefig(tmp_path / "a.png")
