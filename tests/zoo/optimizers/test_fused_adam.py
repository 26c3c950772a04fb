"""The fused update is Keras's, whatever the step."""

import keras
import numpy as np
import pytest

from zoo.optimizers.fused_adam import FusedAdam


@pytest.mark.parametrize("options", [{}, {"beta_1": 0.5}, {"weight_decay": 0.1, "global_clipnorm": 1.0}])
def test_it_steps_as_keras_does(options):
    rng = np.random.default_rng(0)
    start, *gradients = rng.normal(size=(6, 4, 3)).astype("float32")
    kernels = [keras.Variable(start) for _ in range(2)]
    for optimizer, kernel in zip((FusedAdam, keras.optimizers.Adam), kernels, strict=True):
        adam = optimizer(0.01, **options)
        for gradient in gradients:
            adam.apply([keras.ops.convert_to_tensor(gradient)], [kernel])
    np.testing.assert_allclose(*(kernel.numpy() for kernel in kernels), rtol=1e-5, atol=1e-6)
    assert np.abs(kernels[0].numpy() - start).max() > 0.01


def test_a_variable_without_gradient_stays():
    kernels = [keras.Variable(np.ones(3, "float32")) for _ in range(2)]
    with pytest.warns(UserWarning, match="Gradients do not exist"):
        FusedAdam(0.01).apply([None, keras.ops.ones(3)], kernels)
    np.testing.assert_array_equal(kernels[0].numpy(), 1)
    np.testing.assert_allclose(kernels[1].numpy(), 0.99, atol=1e-5)
