"""The offset is the data's mean after an epoch, and stays where it is at inference."""

import numpy as np

from zoo.layers.data_offset import DataOffset

X = np.random.default_rng(0).uniform(size=(4, 8, 5)).astype("float32")  # four batches


def test_it_adds_the_log_odds_of_the_mean_of_all_batches():
    layer = DataOffset()
    np.testing.assert_array_equal(layer(X[0]), X[0])  # the log odds of a half, before any data
    for batch in X:
        layer.see(batch)
    mean = X.reshape(-1, 5).mean(axis=0)
    np.testing.assert_allclose(layer(X[0]), X[0] + np.log(mean / (1 - mean)), rtol=1e-5, atol=1e-6)


def test_it_adds_the_mean_of_real_numbers():
    layer = DataOffset(log_odds=False)
    np.testing.assert_array_equal(layer(X[0]), X[0])
    for batch in X:
        layer.see(10 * batch)
    np.testing.assert_allclose(layer(X[0]), X[0] + 10 * X.reshape(-1, 5).mean(axis=0), rtol=1e-5)


def test_pixels_that_never_change_stay_finite():
    layer = DataOffset()
    layer(X[0])
    layer.see(np.array([[0.0, 1.0, 0.5, 0.5, 0.5]], "float32"))
    np.testing.assert_allclose(layer(np.zeros((1, 5), "float32"))[0, :2], [-6.907, 6.907], atol=1e-3)


def test_it_has_nothing_to_train():
    layer = DataOffset()
    layer.build((None, 5))
    assert not layer.trainable_weights
