"""Blurring: against SciPy's, and by hand."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy.ndimage import gaussian_filter

from zoo import UsageError
from zoo.layers.blur import Blur


@pytest.mark.parametrize("sigma", [0.5, 1.0, 2.5])
@pytest.mark.parametrize(("shape", "axes"), [((9,), 1), ((6, 9), 2), ((6, 9, 3), 2)])
def test_it_is_scipys_gaussian_with_nothing_beyond_the_edge(shape, axes, sigma):
    x = np.random.default_rng(0).normal(size=(4, *shape)).astype("float32")
    sigmas = (0, *[sigma] * axes, *[0] * (len(shape) - axes))
    expected = gaussian_filter(x, sigmas, mode="constant", truncate=10)
    np.testing.assert_allclose(Blur(sigma)(x), expected, atol=1e-5)


def test_a_sigma_of_0_changes_nothing():
    x = np.random.default_rng(0).normal(size=(2, 3, 4)).astype("float32")
    np.testing.assert_array_equal(Blur(0)(x), x)


def test_a_pixel_off_costs_less_than_a_pixel_missing():
    line, off, missing = np.zeros((3, 1, 9), "float32")
    line[0, 4], off[0, 5] = 1, 1
    costs = [float(np.square(Blur(1.0)((line - other)[None])).sum()) for other in (off, missing)]
    assert costs[0] < 0.5 * costs[1]


def test_a_negative_sigma_is_refused():
    with pytest.raises(UsageError, match="sigma must be a number of at least 0"):
        Blur(-1)


def test_it_is_made_again_from_its_config():
    assert keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(Blur(1.5))).sigma == 1.5


def test_a_free_size_is_blurred_as_a_known_one():
    x = np.random.default_rng(0).random((2, 9, 7), "float32")
    free = tf.function(Blur(1.5), input_signature=[tf.TensorSpec((None, None, None))], autograph=False)
    np.testing.assert_allclose(free(x), Blur(1.5)(x), rtol=1e-6)
