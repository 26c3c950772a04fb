"""The fused loss, against Keras's."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from zoo.losses.fused_cross_entropy import FusedCrossEntropy

LOGITS = np.array([[-1000, -20, -1, 0], [0.5, 3, 30, 1000]], "float32")
X = np.array([[0, 0.25, 1, 0.5], [0, 1, 1, 1]], "float32")


def value_and_gradients(loss: keras.losses.Loss) -> list[np.ndarray]:
    @tf.function
    def compute(x, logits):
        with tf.GradientTape() as outer:
            outer.watch(logits)
            with tf.GradientTape() as inner:
                inner.watch([x, logits])
                value = loss(x, tf.sigmoid(logits))
            gradients = inner.gradient(value, [x, logits])
        return value, *gradients, outer.gradient(gradients[1], logits)

    return [tensor.numpy() for tensor in compute(tf.constant(X), tf.constant(LOGITS))]


def test_value_gradients_and_gradient_of_the_gradient_are_keras_s():
    ours, theirs = (value_and_gradients(loss) for loss in (FusedCrossEntropy(), keras.losses.BinaryCrossentropy()))
    for mine, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-6, atol=1e-6)


def test_by_hand():
    value, _, gradient, _ = value_and_gradients(FusedCrossEntropy())
    first = [0, 20 * 0.25, np.log1p(np.exp(1)), np.log(2)]
    second = [np.log1p(np.exp(0.5)), np.log1p(np.exp(-3)), 0, 0]
    assert value == pytest.approx((sum(first) + sum(second)) / 8, rel=1e-6)
    assert gradient[0, 3] == 0  # sigmoid(0) is the target
    assert gradient[1, 0] == pytest.approx(1 / (1 + np.exp(-0.5)) / 8)


def test_without_a_graph_it_is_keras_s():
    probabilities = 1 / (1 + np.exp(-LOGITS[:, 1:3]))
    expected = keras.losses.BinaryCrossentropy()(X[:, 1:3], probabilities)
    assert float(FusedCrossEntropy()(X[:, 1:3], probabilities)) == pytest.approx(float(expected))
