"""PCA is the truncated singular value decomposition of the centred samples."""

import numpy as np
import pytest

from recipes.baselines.pca import fewest, pca, pca_error


@pytest.fixture
def train():
    rng = np.random.default_rng(0)
    return rng.normal(size=(50, 2, 3)) * [[[5, 4, 3], [2, 1, 0.5]]] + 7


def test_equals_the_singular_value_decomposition(train):
    encode, decode = pca(train, 2)
    flat = train.reshape(50, 6)
    mean = flat.mean(axis=0)
    directions = np.linalg.svd(flat - mean)[2][:2]
    code = (flat - mean) @ directions.T
    np.testing.assert_allclose(np.abs(encode(train)), np.abs(code))  # a direction's sign is free
    np.testing.assert_allclose(decode(encode(train)).reshape(50, 6), code @ directions + mean)


def test_shapes(train):
    encode, decode = pca(train, 4)
    assert encode(train[:7]).shape == (7, 4)
    assert decode(encode(train[:7])).shape == (7, 2, 3)


def test_all_dimensions_reconstruct_exactly(train):
    encode, decode = pca(train, 6)
    np.testing.assert_allclose(decode(encode(train)), train)


def test_more_dimensions_than_there_are_become_as_many_as_there_are(train):
    assert pca(train, 100)[0](train).shape == (50, 6)
    assert pca(train[:4], 100)[0](train).shape == (50, 4)


def test_directions_come_from_training_samples_alone(train):
    encode, _ = pca(train, 2)
    np.testing.assert_allclose(encode(train.mean(axis=0)[None]), [[0, 0]], atol=1e-12)


def test_the_fewest_components_keep_the_share():
    variances = np.array([5.0, 3.0, 2.0])
    assert [fewest(variances, share) for share in (0.4, 0.5, 0.51, 0.9, 1.0)] == [1, 1, 2, 3, 3]
    assert fewest(np.zeros(3), 0.9) == 1


def test_the_error_is_what_the_components_leave_out():
    train = np.array([[10.0, 0.1], [-10.0, 0.1], [10.0, -0.1], [-10.0, -0.1]])  # the first column has the variance
    np.testing.assert_allclose(pca_error(train)(np.array([[7.0, 0.0], [7.0, 4.0]])), [0.0, 8.0], atol=1e-9)
