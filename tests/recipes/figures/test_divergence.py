"""What each latent costs."""

import numpy as np

from recipes.figures import divergence


def test_bars_fall():
    found = divergence.draw(np.array([0.1, 2.0, 0.0]), "KL")
    assert [bar.get_height() for bar in found.axes[0].patches] == [2.0, 0.1, 0.0]
