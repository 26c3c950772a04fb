"""Whole numbers: the same bits in any order of the sums, and what Python's own integers give."""

import itertools

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from zoo.ops import exact


def drawn(seed: int, scale: float = 1.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A map of whole numbers, a kernel and a bias."""
    rng = np.random.default_rng(seed)
    x = rng.integers(-exact.MOST, exact.MOST + 1, (1, 4, 5, 6)).astype("float32")
    return x, (scale * rng.normal(size=(3, 3, 6, 2))).astype("float32"), rng.normal(size=2).astype("float32")


def by_hand(x: np.ndarray, kernel: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """The convolution in Python's integers, which have no limits."""
    places = exact.bits(kernel[..., 0].size)
    weights = np.floor(np.clip(kernel.astype("float64"), -4, 4) * 2**places + 0.5).astype(int).astype(object)
    offset = np.floor(bias.astype("float64") * exact.STEP * 2**places + 0.5).astype(int).astype(object)
    padded = np.pad(x[0].astype(int).astype(object), [(1, 1), (1, 1), (0, 0)])
    found = np.zeros((*x.shape[1:3], kernel.shape[-1]), object)
    for row, column in itertools.product(*map(range, x.shape[1:3])):
        window = padded[row : row + 3, column : column + 3]
        for channel in range(kernel.shape[-1]):
            total = (window * weights[..., channel]).sum() + offset[channel]
            found[row, column, channel] = (2 * total + 2**places) // 2 ** (places + 1)  # rounded, halves up
    return np.clip(found, -exact.MOST, exact.MOST).astype("float32")[None]


@pytest.mark.parametrize(("seed", "scale"), [(0, 1.0), (1, 0.05), (2, 100.0)])
def test_a_convolution_is_that_of_pythons_integers(seed, scale):
    x, kernel, bias = drawn(seed, scale)
    np.testing.assert_array_equal(exact.convolution(x, tf.constant(kernel), bias, (1, 1)), by_hand(x, kernel, bias))


@given(st.permutations(range(6)))
def test_the_order_of_the_sum_changes_no_bit(order):
    x, kernel, bias = drawn(3, 0.3)
    again = exact.convolution(x[..., order], tf.constant(kernel[:, :, order]), bias, (1, 1))
    np.testing.assert_array_equal(again, exact.convolution(x, tf.constant(kernel), bias, (1, 1)))


def test_the_largest_sum_that_there_can_be_is_held():
    for terms in (1, 27, 576, 4096, 9 * 1000):
        most = terms * exact.MOST * exact.HEAVIEST * 2 ** exact.bits(terms)
        assert most + exact.MOST * 2 ** exact.bits(terms) <= 2**53
    assert exact.bits(576) == 15


def test_real_numbers_are_rounded_to_steps_and_limited():
    values = np.array([0.0, 1.0, -1.0, 1 / 8192, -1 / 8192, 1e9, -1e9], "float32")
    whole = exact.whole(values).numpy()
    assert whole.tolist() == [0, 4096, -4096, 1, 0, 2**23, -(2**23)]  # halves go up
    assert exact.real(whole).numpy().tolist() == [0, 1, -1, 1 / 4096, 0, 2048, -2048]


def test_it_is_on_inside_of_the_block_alone():
    assert not exact.is_on()
    with exact.arithmetic():
        assert exact.is_on()
    assert not exact.is_on()
