"""The running mean is the data's after an epoch, and stays where it is at inference."""

import numpy as np
import pytest

from zoo.layers.centering import Centering

X = np.random.default_rng(0).normal(3.0, 1.0, (4, 8, 5)).astype("float32")  # four batches


def test_after_an_epoch_the_mean_is_that_of_the_data():
    layer = Centering()
    for batch in X:
        layer(batch, training=True)
    np.testing.assert_allclose(layer.mean, X.reshape(-1, 5).mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(layer(X[0]), X[0] - X.reshape(-1, 5).mean(axis=0), rtol=1e-4, atol=1e-5)


def test_inference_changes_nothing():
    layer = Centering()
    np.testing.assert_array_equal(layer(X[0]), X[0])
    assert float(layer.count) == 0


def test_it_follows_data_that_drift():
    layer = Centering(slowest=0.5)
    for batch in [*X, *([X[0] + 10] * 20)]:
        layer(batch, training=True)
    np.testing.assert_allclose(layer.mean, (X[0] + 10).mean(axis=0), rtol=1e-4)


def test_it_has_nothing_to_train():
    layer = Centering()
    layer.build((None, 5))
    assert not layer.trainable_weights
    assert layer.count_params() == pytest.approx(6)
