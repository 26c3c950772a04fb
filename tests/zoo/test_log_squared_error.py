"""Each picture's error counts by its logarithm, so that a tenth of the error is the same gain for all."""

import numpy as np
import pytest
import tensorflow as tf

import zoo
from zoo._colour_difference import ColourDifference
from zoo._log_squared_error import LEAST, LogSquaredError


def test_it_is_the_mean_of_the_logarithms_of_each_pictures_squared_error():
    good = np.zeros((2, 4, 5, 1), "float32")
    off = good + np.array([0.1, 0.3])[:, None, None, None].astype("float32")
    expected = (np.log(0.01 + LEAST) + np.log(0.09 + LEAST)) / 2
    assert float(LogSquaredError()(good, off)) == pytest.approx(expected, rel=1e-5)


def test_an_equal_picture_has_a_finite_loss_and_gradient():
    x = tf.Variable(np.full((1, 3, 3, 1), 0.5, "float32"))
    with tf.GradientTape() as tape:
        loss = LogSquaredError()(np.full((1, 3, 3, 1), 0.5, "float32"), x)
    assert float(loss) == pytest.approx(np.log(LEAST), rel=1e-5)
    assert np.isfinite(tape.gradient(loss, x)).all()


def test_it_is_the_restorers_loss_for_a_range_of_levels_alone():
    losses = {
        noise: type(zoo.build("restorer", (None, None, 1), filters=(4,), blocks=(0,), noise=noise).loss)
        for noise in ((25.0,), (0.0, 55.0))
    }
    assert losses[0.0, 55.0] is LogSquaredError
    assert losses[25.0,] is not LogSquaredError
    colour = zoo.build("restorer", (None, None, 1), filters=(4,), blocks=(0,), task="colorize")
    assert type(colour.loss) is ColourDifference
