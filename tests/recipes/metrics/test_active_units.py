"""Active units, counted by hand."""

import numpy as np

from recipes.metrics.active_units import active_units


def test_active_is_a_variance_above_a_hundredth():
    # Variances: 0.0144, 0.0081 and 0, wherever the mean lies.
    means = np.array([[0.12, 0.09, 5.0], [-0.12, -0.09, 5.0]])
    assert active_units(means) == 1
    assert active_units(means + 3) == 1


def test_a_collapsed_posterior_has_none():
    assert active_units(np.zeros((4, 7))) == 0
