"""Average precision, counted by hand."""

import numpy as np
import pytest

from recipes.metrics.average_precision import average_precision


def test_it_is_the_mean_precision_at_each_anomaly():
    anomalous, scores = np.array([True, False, True, False]), np.array([4.0, 3.0, 2.0, 1.0])
    assert average_precision(anomalous, scores) == pytest.approx((1 / 1 + 2 / 3) / 2)


def test_scores_that_tell_nothing_give_the_share_of_anomalies():
    anomalous = np.arange(10) < 3
    assert average_precision(anomalous, np.zeros(10)) == pytest.approx(0.3)
