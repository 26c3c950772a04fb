"""Gains lie on straight lines between their knots, in logarithms, and begin as each other's inverses."""

import numpy as np
import pytest

from zoo import UsageError
from zoo.layers.gains import Gains


def made(**options: float) -> Gains:
    gains = Gains(**options)
    gains.build((None, None, None, 2))
    return gains


def test_they_begin_as_inverses_and_rise_by_the_range():
    gains, x = made(span=16.0, begin=4.0), np.ones((3, 1, 1, 2), "float32")
    quality = np.array([0.0, 0.5, 1.0], "float32")
    scaled = gains(x, quality)
    np.testing.assert_allclose(np.ravel(scaled), [1, 1, 4, 4, 16, 16], rtol=1e-5)
    np.testing.assert_allclose(gains.inverse(scaled, quality), x, rtol=1e-5)


def test_between_two_knots_lies_their_geometric_mean():
    gains = made(span=2.0)
    logs = np.zeros((6, 2), "float32")
    logs[2], logs[3] = np.log([2, 3]), np.log([8, 27])
    gains.log_gains.assign(logs)
    found = gains(np.ones((2, 1, 1, 2), "float32"), np.array([0.4, 0.5], "float32"))
    np.testing.assert_allclose(np.reshape(found, (2, 2)), [[2, 3], [4, 9]], rtol=1e-5)


def test_a_table_has_the_inverse_gains_of_all_qualities():
    gains = made(span=7.0, begin=3.0)
    gains.log_inverses.assign(np.random.default_rng(0).normal(size=(6, 2)))
    quality = np.linspace(0, 1, 101).astype("float32")
    expected = np.reshape(gains.inverse(np.ones((101, 1, 1, 2)), quality), (101, 2))
    np.testing.assert_allclose(gains.table(101), expected, rtol=1e-4)


def test_one_rate_has_one_gain_and_nonsense_is_refused():
    gains = made()
    assert gains.log_gains.shape == (1, 2)
    x = np.ones((2, 1, 1, 2), "float32")
    np.testing.assert_allclose(gains(x, np.array([0.0, 1.0], "float32")), 2 * x, rtol=1e-5)
    with pytest.raises(UsageError, match="begin must be a number above 0"):
        Gains(begin=-1)
