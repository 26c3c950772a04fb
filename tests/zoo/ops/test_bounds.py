"""Limits let gradients pass that lead back inside."""

import math

import numpy as np
import pytest
import tensorflow as tf

from zoo.ops.bounds import at_least, bits_of, within


@pytest.mark.parametrize(
    ("x", "upstream", "passes"),
    [(2.0, 1.0, True), (2.0, -1.0, True), (0.5, -1.0, True), (0.5, 1.0, False)],
)
def test_below_the_limit_only_what_raises_passes(x, upstream, passes):
    value = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(value)
        limited = at_least(value, tf.constant(1.0))
    assert limited == max(x, 1.0)
    assert tape.gradient(limited, value, tf.constant(upstream)) == (upstream if passes else 0.0)


def test_between_two_limits():
    x = tf.constant([-3.0, 0.5, 3.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        limited = within(x, -1.0, 1.0)
    np.testing.assert_array_equal(limited, [-1.0, 0.5, 1.0])
    # A step against the gradient (1, 1, 1) lowers all three: those inside and above may go, the one below must not.
    np.testing.assert_array_equal(tape.gradient(limited, x), [0.0, 1.0, 1.0])


def test_bits():
    np.testing.assert_allclose(bits_of(tf.constant([1.0, 0.5, 0.125])), [0.0, 1.0, 3.0], atol=1e-6)
    assert float(bits_of(tf.constant(0.0))) == pytest.approx(9 * math.log2(10))
