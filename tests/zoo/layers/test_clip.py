"""What lies off the scale is put on its edge."""

import keras
import numpy as np

from zoo.layers.clip import Clip


def test_what_lies_outside_is_put_on_the_edge():
    np.testing.assert_array_equal(Clip(0.5, 5.0)(np.array([[-1.0, 0.5, 3.0, 5.5]])), [[0.5, 0.5, 3.0, 5.0]])
    assert Clip(0.5, 5.0).compute_output_shape((None, 4)) == (None, 4)


def test_it_is_made_again_from_its_config():
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(Clip(1.0, 4.0)))
    assert (again.lowest, again.highest) == (1.0, 4.0)
