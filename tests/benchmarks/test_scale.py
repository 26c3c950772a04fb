"""What the benchmark of scale reckons."""

import pytest

from benchmarks import scale


def test_the_line_through_points_of_a_power_is_that_power():
    factor, power = scale.line([10, 100, 1000], [3 * size**1.5 for size in (10, 100, 1000)])
    assert (factor, power) == pytest.approx((3, 1.5))


def test_a_worker_sends_all_gradients_but_its_own_part_twice():
    """Around a ring of four, each sends 3/4 of the sum's parts to collect them, and 3/4 to pass them on."""
    assert scale.sent(1_000, workers=1) == 0
    assert scale.sent(1_000, workers=4) == 2 * 3 / 4 * 4_000
