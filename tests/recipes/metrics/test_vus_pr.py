"""The volume under the surface against arithmetic, and against the papers' own loops, written out."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recipes.metrics.vus_pr import THRESHOLDS, buffered, vus_pr


def slow(anomalous: np.ndarray, scores: np.ndarray, buffer: int) -> float:
    """The definition, one threshold and one step after the other."""
    n, areas = len(scores), []
    runs: list[list[int]] = []
    for i in range(n):
        if anomalous[i]:
            if i and anomalous[i - 1]:
                runs[-1][1] = i
            else:
                runs.append([i, i])
    falling = sorted(scores, reverse=True)
    for width in range(buffer + 1):
        labels = [0.0] * n
        for first, last in runs:
            for i in range(n):
                distance = first - i if i < first else i - last if i > last else 0
                if not distance:
                    labels[i] = 1.0
                elif distance <= width // 2:
                    labels[i] += np.sqrt(1 - distance / width)
        labels = [min(label, 1.0) for label in labels]
        joined = [list(runs[0])]
        for first, last in runs[1:]:
            if joined[-1][1] + width // 2 < first - width // 2:
                joined.append([first, last])
            else:
                joined[-1][1] = last
        area, before = 0.0, 0.0
        for rank in np.linspace(0, n - 1, THRESHOLDS).astype(int):
            above = [i for i in range(n) if scores[i] >= falling[rank]]
            found = sum(labels[i] for i in above)
            positive = (sum(anomalous) + sum(1.0 if anomalous[i] else labels[i] * (i in above) for i in range(n))) / 2
            touched = [any(a - width // 2 <= i <= b + width // 2 for i in above) for a, b in joined]
            recall = min(found / positive, 1) * sum(touched) / len(touched)
            area, before = area + (recall - before) * found / len(above), recall
        areas.append(area)
    return sum(areas) / len(areas)


def test_labels_fall_with_the_root_of_the_distance():
    anomalous = np.array([0, 0, 0, 1, 1, 0, 0, 0], bool)
    expected = [0, np.sqrt(1 - 2 / 4), np.sqrt(1 - 1 / 4), 1, 1, np.sqrt(1 - 1 / 4), np.sqrt(1 - 2 / 4), 0]
    np.testing.assert_allclose(buffered(anomalous, np.array([[3, 5]]), 4), expected)
    np.testing.assert_allclose(buffered(anomalous, np.array([[3, 5]]), 1), anomalous)


def test_perfect_scores_have_a_volume_of_1_and_without_a_buffer_it_is_the_average_precision():
    anomalous = np.arange(100) // 10 == 4
    assert vus_pr(anomalous, anomalous.astype(float), 0) == pytest.approx(1)
    # The second highest of four is the one anomaly: precision 1/2 where recall goes from 0 to 1.
    assert vus_pr(np.array([False, True, False, False]), np.array([4.0, 3.0, 2.0, 1.0]), 0) == pytest.approx(0.5)


def test_an_alarm_beside_an_anomaly_counts_with_a_buffer_by_hand():
    # One step at 2, the alarm at 3. Width 2: its label is sqrt(1/2); then found = sqrt(1/2) of 1 + sqrt(1/2) / 2.
    anomalous, scores = np.array([0, 0, 1, 0, 0, 0], bool), np.array([0.0, 0, 0, 9, 0, 0])
    root = np.sqrt(0.5)
    first = root / (1 + root / 2) * root  # recall gained times precision, at the threshold 9
    # At 0 all six are above: found = 1 + 2 roots of a positive 1 + root, so recall is 1.
    rest = (1 - root / (1 + root / 2)) * (1 + 2 * root) / 6
    plain = 1 / 6  # width 0 or 1: recall is gained where all are above
    assert vus_pr(anomalous, scores, 2) == pytest.approx((plain + plain + first + rest) / 3)


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_it_is_the_definition(data):
    n = data.draw(st.integers(2, 40))
    anomalous = np.array(data.draw(st.lists(st.booleans(), min_size=n, max_size=n).filter(any)))
    scores = np.array(data.draw(st.lists(st.integers(0, 6) | st.just(np.inf), min_size=n, max_size=n)), float)
    buffer = data.draw(st.integers(0, 6))
    assert vus_pr(anomalous, scores, buffer) == pytest.approx(slow(anomalous, scores, buffer), abs=1e-12)


def test_twenty_thousand_steps_take_a_second():
    rng = np.random.default_rng(0)
    anomalous = (np.arange(20_000) // 100) % 20 == 3
    began = time.process_time()
    assert 0.04 < vus_pr(anomalous, rng.random(20_000), 100) < 0.2
    assert time.process_time() - began < 2
