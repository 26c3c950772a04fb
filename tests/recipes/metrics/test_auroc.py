"""AUROC, counted in pairs."""

import numpy as np
import pytest

from recipes.metrics.auroc import auroc


def test_it_is_the_share_of_pairs_in_order_with_equal_ones_half():
    anomalous, scores = np.array([True, True, False, False]), np.array([3.0, 1.0, 2.0, 1.0])
    # (3, 2), (3, 1) in order; (1, 2) not; (1, 1) equal
    assert auroc(anomalous, scores) == pytest.approx(2.5 / 4)


def test_order_alone_counts():
    rng = np.random.default_rng(0)
    anomalous, scores = rng.random(50) < 0.3, rng.normal(size=50)
    assert auroc(anomalous, np.exp(scores)) == auroc(anomalous, scores)
    assert auroc(~anomalous, -scores) == pytest.approx(auroc(anomalous, scores))
