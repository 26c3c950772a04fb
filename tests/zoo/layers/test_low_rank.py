"""What a few directions leave of samples, against scikit-learn's PCA and by hand."""

import keras
import numpy as np
import pytest
from sklearn.decomposition import PCA

from zoo import UsageError
from zoo.layers.low_rank import LowRank

X = np.random.default_rng(0).normal(size=(9, 6)).astype("float32") * [5, 4, 3, 1, 1, 1] + 2


def test_it_leaves_what_pca_cannot_give_back():
    layer = LowRank(3)
    layer.build((None, 6))
    model = PCA(3).fit(X)
    new = np.random.default_rng(1).normal(size=(4, 6)).astype("float32")
    expected = new - model.inverse_transform(model.transform(new))
    np.testing.assert_allclose(layer.fit(X)(new), expected, atol=1e-5)


def test_samples_on_a_line_leave_nothing_and_one_beside_it_how_far_it_is():
    layer = LowRank(1)
    layer.build((None, 2))
    layer.fit(np.array([[0.0, 1.0], [1.0, 1.0], [5.0, 1.0]]))
    np.testing.assert_allclose(layer(np.array([[7.0, 1.0], [3.0, 4.0]])), [[0, 0], [0, 3]], atol=1e-5)


def test_as_many_directions_as_features_leave_nothing_however_many_more_are_asked_for():
    layer = LowRank(8)
    layer.build((None, 6))
    np.testing.assert_allclose(layer.fit(X)(X), 0 * X, atol=1e-4)


def test_no_more_samples_than_directions_are_refused():
    layer = LowRank(9)
    layer.build((None, 6))
    with pytest.raises(UsageError, match="x must be more samples than directions, 9"):
        layer.fit(X)
    with pytest.raises(UsageError, match="rank must be"):
        LowRank(0)


def test_its_config_makes_it_again():
    assert keras.layers.deserialize(keras.layers.serialize(LowRank(5))).rank == 5
