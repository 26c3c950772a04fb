"""What windows say of each step, against loops: of any length, with any stride, in blocks of any size."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from zoo.ops import windows
from zoo.ops.windows import mean_by_step


def expected(series: np.ndarray, window: int, stride: int, values) -> np.ndarray:
    """By loops: all windows on the grid, and the one that ends with the series."""
    steps = len(series)
    series = np.concatenate([series, np.repeat(series[-1:], max(0, window - steps), axis=0)])
    begins = sorted({*range(0, len(series) - window + 1, stride), len(series) - window})
    found = [[] for _ in series]
    for begin in begins:
        value = values(series[begin : begin + window][None])[0]
        for i in range(window):
            found[begin + i].append(value[i])
    return np.array([np.mean(each, axis=0) for each in found])[:steps]


def weighed(x):
    """A value that depends on the step's place in its window, and on all of the window."""
    return x * np.arange(1, x.shape[1] + 1, dtype="float32")[:, None] + tf.reduce_sum(x, axis=1, keepdims=True)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 40), st.integers(1, 7), st.data())
def test_it_is_the_mean_over_the_windows_that_hold_a_step(steps, window, data):
    stride = data.draw(st.integers(1, window))
    series = np.random.default_rng(steps).normal(size=(steps, 2)).astype("float32")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(windows, "WINDOWS", data.draw(st.sampled_from([1, 3, 256])))
        found = mean_by_step(tf.constant(series), window, stride, weighed)
    np.testing.assert_allclose(found, expected(series, window, stride, weighed), rtol=1e-4, atol=1e-5)


def test_by_hand():
    # Windows 0 1, 2 3 and, since there are five steps, 3 4; a window's value is its sum.
    series = tf.constant([[0.0], [1.0], [2.0], [3.0], [10.0]])
    found = mean_by_step(series, 2, 2, lambda x: tf.repeat(tf.reduce_sum(x, axis=1, keepdims=True), 2, axis=1))
    assert found[:, 0].numpy().tolist() == [1, 1, 5, (5 + 13) / 2, 13]


def test_of_no_steps_there_is_nothing():
    assert mean_by_step(tf.zeros((0, 3)), 4, 2, tf.identity).shape == (0, 3)


def test_few_windows_are_in_memory_at_a_time():
    sizes = []

    def values(x):
        sizes.append(len(x))
        return x

    mean_by_step(tf.zeros((3000, 1)), 8, 1, values)
    assert max(sizes) == windows.WINDOWS
