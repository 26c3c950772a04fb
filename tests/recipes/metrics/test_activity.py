"""Activity of a code, counted by hand."""

import numpy as np

from recipes.metrics.activity import active, active_share, dead_share

#                 one unit above a tenth of 10; one at it, one below, one 0 throughout
CODES = np.array([[10.0, 1.0, 0.5, 0.0], [-2.0, 0.0, 0.9, 0.0]])


def test_active_is_above_a_tenth_of_the_largest_magnitude():
    assert active(CODES).tolist() == [[True, False, False, False], [True, False, False, False]]


def test_active_takes_codes_of_any_rank():
    assert active(CODES.reshape(2, 2, 2)).tolist() == active(CODES).tolist()


def test_shares():
    assert active_share(CODES) == 2 / 8
    assert dead_share(CODES) == 3 / 4


def test_a_unit_that_is_active_once_is_not_dead():
    assert dead_share(np.array([[1.0, 0.0], [0.0, 1.0]])) == 0
    assert active_share(np.array([[1.0, 0.0], [0.0, 1.0]])) == 0.5


def test_a_code_of_zeros_is_dead_throughout():
    assert active_share(np.zeros((3, 2))) == 0
    assert dead_share(np.zeros((3, 2))) == 1


def test_does_not_depend_on_scale():
    assert active(CODES * 1e-3).tolist() == active(CODES).tolist()
