"""Differences of rates at equal quality, against curves whose difference is known."""

import math

import numpy as np
import pytest

from recipes.metrics.bd_rate import at_rate, bd_rate

REFERENCE = [(2.0**k, 30.0 + 3 * k) for k in range(-4, 3)]  # 3 dB for each doubling of the rate


def shifted(factor: float) -> list[tuple[float, float]]:
    return [(factor * rate, quality) for rate, quality in REFERENCE]


@pytest.mark.parametrize("factor", [0.5, 0.8, 1.0, 2.0])
def test_a_curve_that_takes_a_share_of_the_bits_everywhere(factor):
    assert bd_rate(REFERENCE, shifted(factor)) == pytest.approx(100 * (factor - 1), abs=1e-6)


def test_a_curve_better_by_3_decibels_takes_half_the_bits_and_one_worse_twice():
    better = [(rate, quality + 3) for rate, quality in REFERENCE]
    assert bd_rate(REFERENCE, better) == pytest.approx(-50)
    assert bd_rate(better, REFERENCE) == pytest.approx(100)


def test_of_a_difference_that_grows_it_is_the_geometric_mean():
    # log2 of the rate is q / 3 for one and q / 2 for the other: over q from 0 to 6 they differ by 1/2 on average.
    reference = [(2.0 ** (q / 3), float(q)) for q in range(0, 7)]
    other = [(2.0 ** (q / 2), float(q)) for q in range(0, 7)]
    assert bd_rate(reference, other) == pytest.approx(100 * (math.sqrt(2) - 1), rel=1e-3)


def test_only_rates_between_two_limits_count():
    bent = [(rate if rate < 1 else 2 * rate, quality) for rate, quality in REFERENCE]
    assert bd_rate(REFERENCE, bent, (0.0, 0.5)) == pytest.approx(0, abs=1e-6)
    assert bd_rate(REFERENCE, bent) > 5


def test_the_order_of_points_and_useless_ones_change_nothing():
    worse = [*REFERENCE[::-1], (0.9, 20.0)]
    assert bd_rate(worse, shifted(0.8)) == pytest.approx(-20, abs=1e-6)


def test_curves_without_a_common_quality_have_none():
    assert math.isnan(bd_rate(REFERENCE, [(1.0, 90.0), (2.0, 95.0)]))
    assert math.isnan(bd_rate(REFERENCE, [(1.0, 30.0)]))
    assert math.isnan(bd_rate(REFERENCE, REFERENCE, (100.0, 200.0)))


def test_the_quality_at_a_rate():
    assert at_rate(REFERENCE, 0.25) == pytest.approx(24)
    assert at_rate(REFERENCE, math.sqrt(2)) == pytest.approx(31.5)
    assert math.isnan(at_rate(REFERENCE, 100.0))
    assert at_rate([(1.0, 30.0)], 1.0) == 30.0
    assert np.isnan(at_rate([(1.0, 30.0)], 2.0))
