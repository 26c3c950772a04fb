"""Bits of normal symbols by the rung of their scale, and the tables of all rungs."""

import math
from statistics import NormalDist

import numpy as np
import pytest
import tensorflow as tf

from zoo.layers import gaussian_conditional as conditional
from zoo.ops import frequencies


def test_the_ladder_goes_from_the_least_scale_to_the_largest():
    found = conditional.scales(tf.constant([-5.0, 0.0, 63.0, 99.0])).numpy()
    np.testing.assert_allclose(found, [0.11, 0.11, 256, 256], rtol=1e-5)
    between = conditional.scales(tf.constant([10.0, 11.0])).numpy()
    assert between[1] / between[0] == pytest.approx(conditional.RATIO, rel=1e-5)


def test_bits_are_those_of_the_unit_interval_around_a_symbol():
    rung, scale = 20.0, 0.11 * conditional.RATIO**20
    normal = NormalDist(0, scale)
    for symbol in (0, 1, -2, 4):
        expected = -math.log2(normal.cdf(symbol + 0.5) - normal.cdf(symbol - 0.5))
        assert float(conditional.bits(tf.constant(float(symbol)), tf.constant(rung))) == pytest.approx(
            expected, rel=1e-4
        )


def test_the_gradients_are_the_slopes():
    symbols, rungs = tf.constant([0.2, -1.3, 5.0, 30.0]), tf.constant([3.0, 12.0, 30.0, 45.0])
    with tf.GradientTape() as tape:
        tape.watch([symbols, rungs])
        bits = conditional.bits(symbols, rungs)
    found = tape.gradient(bits, [symbols, rungs])
    for gradient, (a, b) in zip(found, ((0.01, 0.0), (0.0, 0.01)), strict=True):
        slope = (conditional.bits(symbols + a, rungs + b) - conditional.bits(symbols - a, rungs - b)) / 0.02
        np.testing.assert_allclose(gradient, slope, atol=5e-3)


def test_a_rung_beyond_the_ladder_can_come_back():
    rung = tf.constant([-2.0])
    with tf.GradientTape() as tape:
        tape.watch(rung)
        bits = conditional.bits(tf.constant([1.0]), rung)  # 17 bits: the scale should grow
    assert float(tape.gradient(bits, rung)[0]) < 0


def test_each_table_sums_to_the_total_is_symmetric_and_costs_what_the_distribution_says():
    tables = conditional.tables()
    assert len(tables) == conditional.RUNGS
    for rung, (counts, first) in enumerate(tables):
        assert counts.sum() == frequencies.TOTAL
        assert counts.min() >= 1
        symbols = first + np.arange(len(counts) - 1)
        assert symbols[-1] == -first
        bits = conditional.bits(symbols.astype("float32"), np.float32(rung)).numpy()
        p = 2.0**-bits
        # On average a table costs less than a thousandth of a bit more than the distribution itself.
        assert (p * (-np.log2(counts[:-1] / frequencies.TOTAL) - bits)).sum() < 1e-3 * (1 + bits[len(bits) // 2])
