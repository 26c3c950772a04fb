"""Muon's step is orthogonal, as large as the source says, and serialisable; what is no kernel goes by Adam."""

import keras
import numpy as np
import pytest

from zoo.optimizers.convolutional_muon import ConvolutionalMuon, orthogonal
from zoo.optimizers.fused_adam import FusedAdam


@pytest.mark.parametrize("shape", [(36, 8), (8, 36), (12, 12)])
def test_all_singular_values_come_near_1_and_the_singular_vectors_stay(shape):
    matrix = np.random.default_rng(0).normal(size=shape).astype("float32")
    made = keras.ops.convert_to_numpy(orthogonal(matrix))
    u, values, v = np.linalg.svd(matrix, full_matrices=False)
    inner = u.T @ made @ v.T
    assert values.max() / values.min() > 2
    assert np.all((np.diag(inner) > 0.6) & (np.diag(inner) < 1.3))
    np.testing.assert_allclose(inner - np.diag(np.diag(inner)), 0, atol=1e-3)


def test_a_kernel_is_stepped_by_its_momentum_made_orthogonal():
    rng = np.random.default_rng(0)
    start, first, second = rng.normal(size=(3, 3, 3, 4, 5)).astype("float32")
    kernel = keras.Variable(start)
    optimizer = ConvolutionalMuon(0.01)
    for gradient in (first, second):
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [kernel])

    expected = start.copy()
    for direction in (1.95 * first, second + 0.95 * (0.95 * first + second)):
        step = keras.ops.convert_to_numpy(orthogonal(direction.reshape(36, 5))).reshape(start.shape)
        expected -= 0.01 * 0.2 * 36**0.5 * step
    np.testing.assert_allclose(kernel.numpy(), expected, atol=1e-5)


def test_the_gradients_size_does_not_count():
    gradient = np.random.default_rng(0).normal(size=(3, 3, 4, 5)).astype("float32")
    kernels = [keras.Variable(np.zeros_like(gradient)) for _ in range(2)]
    for kernel, factor in zip(kernels, (1.0, 1000.0), strict=True):
        ConvolutionalMuon(0.01).apply([keras.ops.convert_to_tensor(factor * gradient)], [kernel])
    np.testing.assert_allclose(*(kernel.numpy() for kernel in kernels), atol=1e-5)
    assert np.abs(kernels[0].numpy()).max() > 1e-4


def test_a_gradient_of_nothing_moves_nothing():
    kernel = keras.Variable(np.ones((3, 3, 2, 2), "float32"))
    ConvolutionalMuon(0.01).apply([keras.ops.zeros((3, 3, 2, 2))], [kernel])
    np.testing.assert_array_equal(kernel.numpy(), 1)


def test_what_is_no_kernel_goes_by_adam():
    gradient = np.array([1.0, -2.0, 0.5], "float32")
    biases = [keras.Variable(np.zeros(3, "float32")) for _ in range(2)]
    for optimizer, bias in zip((ConvolutionalMuon, FusedAdam), biases, strict=True):
        optimizer(0.01).apply([keras.ops.convert_to_tensor(gradient)], [bias])
    np.testing.assert_array_equal(*(bias.numpy() for bias in biases))


def test_it_is_serialisable():
    again = keras.optimizers.deserialize(keras.optimizers.serialize(ConvolutionalMuon(0.02, beta_2=0.99)))
    assert isinstance(again, ConvolutionalMuon)
    assert float(again.learning_rate) == pytest.approx(0.02)
    assert again.beta_2 == 0.99
