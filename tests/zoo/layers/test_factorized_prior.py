"""Bits of mixtures of logistic distributions, against arithmetic; their gradient; their tables."""

import math

import numpy as np
import pytest
import tensorflow as tf

from zoo import UsageError
from zoo.layers.factorized_prior import FactorizedPrior
from zoo.ops import frequencies


def prior(logits: list, means: list, scales: list) -> FactorizedPrior:
    """A prior of one channel with these components."""
    made = FactorizedPrior()
    made.build((None, 1))
    for weight, values in ((made.logits, logits), (made.means, means), (made.log_scales, np.log(scales))):
        weight.assign(np.array([values], "float32"))
    return made


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def test_bits_of_one_logistic_distribution():
    made = prior([0, -99, -99], [0, 0, 0], [2, 1, 1])
    found = made(np.array([[0.0], [3.0], [-3.0]], "float32")).numpy().ravel()
    middle, third = sigmoid(0.25) - sigmoid(-0.25), sigmoid(1.75) - sigmoid(1.25)
    np.testing.assert_allclose(found, -np.log2([middle, third, third]), rtol=1e-5)


def test_bits_of_a_mixture():
    made = prior([math.log(3), 0, -99], [-4, 5, 0], [1, 1, 1])
    expected = 0.75 * (sigmoid(5.5) - sigmoid(4.5)) + 0.25 * (sigmoid(-3.5) - sigmoid(-4.5))
    assert float(made(np.array([[1.0]], "float32"))[0, 0]) == pytest.approx(-math.log2(expected), rel=1e-5)


def test_probabilities_of_all_symbols_sum_to_1_and_far_ones_cost_30_bits_at_most():
    made = prior([0.3, -0.5, 1.0], [-4, 5, 0.2], [0.7, 3, 0.05])
    symbols = np.arange(-200, 201, dtype="float32")[:, None]
    bits = made(symbols).numpy()
    assert bits.max() == pytest.approx(9 * math.log2(10), rel=1e-6)
    assert (2.0**-bits).sum() == pytest.approx(1, abs=1e-5)


def test_the_gradient_is_the_slope():
    made = prior([0.3, -0.5, 1.0], [-4, 5, 0.2], [0.7, 3, 0.4])
    values = tf.constant([[-6.2], [0.3], [4.9], [9.7]])
    with tf.GradientTape() as tape:
        tape.watch(values)
        bits = made(values)
    slope = (made(values + 1e-2) - made(values - 1e-2)) / 2e-2
    np.testing.assert_allclose(tape.gradient(bits, values), slope, atol=2e-3)


def test_tables_have_the_probabilities_and_code_every_symbol():
    made = prior([0.3, -0.5, 1.0], [-4, 5, 0.2], [0.7, 3, 0.05])
    ((counts, first),) = made.tables()
    symbols = first + np.arange(len(counts) - 1)
    p = 2.0 ** -made(symbols[:, None].astype("float32")).numpy().ravel()
    np.testing.assert_allclose(counts[:-1] / frequencies.TOTAL, p, atol=len(counts) / frequencies.TOTAL)
    assert counts[-1] >= 1


def test_very_narrow_and_very_wide_channels_have_tables():
    for scale in (1e-6, 1e6):
        ((counts, _),) = prior([0, 0, 0], [1e5, -1e5, 0], [scale] * 3).tables()
        assert counts.sum() == frequencies.TOTAL


def test_it_begins_wide_and_says_what_is_wrong():
    made = FactorizedPrior(spread=4.0)
    made.build((None, None, None, 3))
    assert made.means.numpy().tolist() == [[-4, 0, 4]] * 3
    assert FactorizedPrior.from_config(made.get_config()).spread == 4.0
    with pytest.raises(UsageError, match="spread must be a number above 0"):
        FactorizedPrior(spread=0)
