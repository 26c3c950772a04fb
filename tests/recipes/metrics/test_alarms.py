"""Alarms by step, counted by hand."""

import numpy as np
import pytest

from recipes.metrics.alarms import alarms


def test_by_hand():
    anomalous = np.array([1, 1, 1, 1, 0, 0, 0, 0, 0], bool)
    flagged = np.array([1, 1, 1, 0, 1, 0, 0, 0, 0], bool)
    # Precision 3/4, recall 3/4.
    assert alarms(anomalous, flagged) == pytest.approx({"f1": 0.75, "false_alarms": 1 / 5, "missed": 1 / 4})
    assert alarms(anomalous, 0 * flagged == 1) == {"f1": 0, "false_alarms": 0, "missed": 1}
