"""Standardising by constants, there and back."""

import keras
import numpy as np
import pytest

from zoo import UsageError
from zoo.layers.standardization import Standardization


def test_it_subtracts_and_divides_by_column_and_goes_back():
    x = np.array([[1010.0, 3.0], [990.0, 5.0]], "float32")
    z = Standardization([1000, 4], [10, 0.5])(x)
    np.testing.assert_allclose(z, [[1, -2], [-1, 2]])
    np.testing.assert_allclose(Standardization([1000, 4], [10, 0.5], invert=True)(z), x)


def test_it_computes_in_float32_under_mixed_precision():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        z = Standardization([1000], [1])(np.array([[1000.5]], "float32"))
    finally:
        keras.config.set_dtype_policy("float32")
    np.testing.assert_allclose(z, [[0.5]])


def test_it_is_made_again_from_its_config():
    layer = Standardization([1, 2], [3, 4], invert=True)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    assert (again.mean, again.scale, again.invert) == ([1, 2], [3, 4], True)


@pytest.mark.parametrize("scale", [[1.0], [1.0, 0.0], [1.0, np.nan]])
def test_scales_that_do_not_fit_are_told(scale):
    with pytest.raises(UsageError):
        Standardization([0, 0], scale)
