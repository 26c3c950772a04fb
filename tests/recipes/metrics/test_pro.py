"""Per-region overlap against arithmetic."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recipes.metrics.auroc import auroc
from recipes.metrics.pro import pro

# A region of one pixel, one of three (they touch at a corner only), and ten normal pixels.
MASK = np.array([[1, 0, 0, 0, 0], [0, 0, 1, 0, 0], [0, 0, 0, 1, 1]], bool)


def test_regions_count_alike_whatever_their_size():
    small = np.where(MASK & (np.arange(5) == 0), 1.0, 0.0)
    large = np.where(MASK & (np.arange(5) > 0), 1.0, 0.0)
    # Either finds one of two regions without a false alarm; then all other pixels follow at once, so that the curve is
    # a straight line from (0, 1/2) to (1, 1): at 0.3 it has come to 0.65.
    for found in (small, large):
        assert pro([MASK], [found]) == pytest.approx((0.5 + 0.65) / 2)


def test_a_perfect_map_gets_1_and_an_even_one_half_of_the_highest_rate():
    assert pro([MASK], [MASK.astype(float)]) == 1.0
    assert pro([MASK], [np.zeros(MASK.shape)]) == pytest.approx(0.15)
    assert pro([MASK], [np.zeros(MASK.shape)], most=1.0) == pytest.approx(0.5)


def test_false_alarms_are_counted_over_all_pictures_of_whatever_size():
    clean = np.zeros((2, 5), bool)
    alarm = np.zeros((2, 5))
    alarm[0, :4] = 2.0  # of 11 + 10 normal pixels 4 score above every defect
    value = pro([MASK, clean], [MASK.astype(float), alarm])
    assert value == pytest.approx((0.3 - 4 / 21) / 0.3)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 5), min_size=15, max_size=15))
def test_of_regions_of_one_pixel_up_to_all_false_alarms_it_is_the_area_under_the_roc_curve(scores):
    mask = np.zeros((3, 5), bool)
    mask[::2, ::2] = True  # none touches another
    found = np.reshape(scores, (3, 5)).astype(float)
    assert pro([mask], [found], most=1.0) == pytest.approx(auroc(mask.ravel(), found.ravel()))
