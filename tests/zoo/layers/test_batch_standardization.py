"""A batch has mean 0 and variance 1 in training; later the running statistics stand in for its own."""

import numpy as np

from zoo.layers.batch_standardization import EPSILON, BatchStandardization
from zoo.ops import weighing

X = np.random.default_rng(0).normal(3.0, 2.0, (4, 50, 5)).astype("float32")  # four batches


def test_a_batch_in_training_is_standardized():
    found = BatchStandardization()(X[0], training=True).numpy()
    np.testing.assert_allclose(found.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(found.std(axis=0), X[0].std(axis=0) / np.sqrt(X[0].var(axis=0) + EPSILON), rtol=1e-4)


def test_later_the_means_over_batches_stand_in():
    layer = BatchStandardization()
    for batch in X:
        layer(batch, training=True)
    mean, variance = X.mean(axis=1).mean(axis=0), X.var(axis=1).mean(axis=0)
    np.testing.assert_allclose(layer(X[1]), (X[1] - mean) / np.sqrt(variance + EPSILON), rtol=1e-3, atol=1e-4)


def test_frozen_it_does_in_training_what_it_does_later():
    layer = BatchStandardization()
    layer(X[0], training=True)
    layer.trainable = False
    np.testing.assert_array_equal(layer(X[1], training=True), layer(X[1]))
    assert float(layer.count) == 1


def test_a_batch_that_weighs_nothing_is_seen_by_what_came_before():
    layer = BatchStandardization()
    layer(X[0], training=True)
    kept = [weight.numpy() for weight in layer.weights]
    with weighing.by(np.zeros(50, "float32")):
        found = layer(X[1], training=True)
    np.testing.assert_array_equal(found, layer(X[1]))
    for weight, before in zip(layer.weights, kept, strict=True):
        np.testing.assert_array_equal(weight, before)
