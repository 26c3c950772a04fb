"""What is used of Keras's own is still there and does what it did; nobody else touches it."""

import re

import keras
import numpy as np
import pytest

from zoo.ops import keras_internals

PRIVATE = r"\b(keras\.src|_tracker|_clear_losses|_untrack_variable|_momentums|_velocities|_get_variable_index)\b"


def test_the_library_s_other_files_use_none_of_it(root):
    files = [file for file in (root / "zoo").rglob("*.py") if file.name != "keras_internals.py"]
    assert len(files) > 50
    found = [f"{file.name}: {name}" for file in files for name in re.findall(PRIVATE, file.read_text("utf-8"))]
    assert found == []


def test_moments_are_means_of_the_gradient_and_of_its_square():
    variable, optimizer = keras.Variable(np.zeros(2, "float32")), keras.optimizers.Adam(beta_1=0.9, beta_2=0.99)
    optimizer.apply([keras.ops.convert_to_tensor([2.0, -4.0])], [variable])
    momentum, velocity = keras_internals.moments(optimizer, variable)
    np.testing.assert_allclose(momentum, [0.2, -0.4], rtol=1e-5)
    np.testing.assert_allclose(velocity, [0.04, 0.16], rtol=1e-4)


def test_the_learning_rate_is_one_of_the_optimizer_s_variables():
    optimizer = keras.optimizers.Adam(0.5)
    optimizer.build([keras.Variable(np.zeros(2, "float32"))])
    rate = keras_internals.learning_rate(optimizer)
    assert float(rate) == 0.5
    assert any(variable is rate for variable in optimizer.variables)


def test_losses_are_forgotten():
    layer = keras.layers.ActivityRegularization(l2=1.0)
    layer(np.ones((2, 3), "float32"))
    assert len(layer.losses) == 1
    keras_internals.forget_losses(layer)
    assert layer.losses == []


def test_a_built_layer_takes_another_s_weight_and_no_further_one():
    mine, other = keras.layers.Dense(3), keras.layers.Dense(3)
    for layer in (mine, other):
        layer.build((None, 2))
    keras_internals.replace_weight(mine, "bias", other.bias)
    assert mine.bias is other.bias
    assert len(mine.trainable_variables) == 2
    with pytest.raises(ValueError, match="add new elements of state"):
        mine.further = keras.Variable(np.zeros(1))


def test_keras_takes_a_person_s_own_data_adapter():
    from keras.src.trainers import data_adapters

    class Mine(keras_internals.DataAdapter):
        pass

    mine = Mine()
    assert data_adapters.get_data_adapter(mine) is mine
