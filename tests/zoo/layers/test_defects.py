"""Defects that are drawn into pictures: within bounds, of some places only, known from the seed."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from zoo import UsageError
from zoo.layers.defects import Defects, _neighbors
from zoo.ops import weighing

X = np.random.default_rng(0).uniform(0.3, 0.7, (40, 32, 24, 1)).astype("float32")


def changed(x: np.ndarray, found: np.ndarray) -> np.ndarray:
    """The share of each picture's pixels that are others."""
    return (np.abs(found - x).max(axis=-1) > 1e-6).mean(axis=(1, 2))


def test_most_pictures_get_a_defect_somewhere_and_the_spared_none():
    share = changed(X, Defects(0.4).corrupted(X, 0).numpy())
    spared = int((share == 0).sum())
    assert 8 <= spared <= 24  # of 40 about 16
    others = share[share > 0]
    assert others.min() < 0.05
    assert np.median(others) < 0.3
    assert others.max() < 0.9


def test_it_stays_within_0_and_1_and_the_same_seed_gives_the_same():
    layer = Defects(0.0)
    found = layer.corrupted(X, 5).numpy()
    assert found.min() >= 0
    assert found.max() <= 1
    np.testing.assert_array_equal(layer.corrupted(X, 5), found)
    assert np.abs(layer.corrupted(X, 6).numpy() - found).max() > 0.1


def test_in_training_defects_are_drawn_anew_and_at_inference_there_are_none():
    layer = Defects(0.0, seed=3)
    np.testing.assert_array_equal(layer(X), X)
    first, second = layer(X, training=True), layer(X, training=True)
    assert np.abs(first - second).max() > 0.1
    np.testing.assert_array_equal(Defects(0.0, seed=3)(X, training=True), first)


def test_shared_defects_do_not_depend_on_the_batch_and_spare_none():
    layer = Defects(0.9)
    found = layer.corrupted(X, 0, shared=True).numpy()
    np.testing.assert_allclose(layer.corrupted(X[7:9], 0, shared=True), found[7:9], atol=1e-6)
    assert changed(X, found).min() > 0


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.sampled_from([1, 3]), st.integers(0, 2**31 - 1))
def test_pictures_of_any_size_are_finite(height, width, channels, seed):
    found = Defects(0.0).corrupted(np.full((2, height, width, channels), 0.5, "float32"), seed).numpy()
    assert found.shape == (2, height, width, channels)
    assert np.isfinite(found).all()


def test_a_share_that_is_none_is_refused_and_a_config_makes_it_again():
    with pytest.raises(UsageError, match="spared must be a number of at least 0 and below 1"):
        Defects(1.0)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(Defects(0.2, seed=4)))
    np.testing.assert_array_equal(again(X, training=True), Defects(0.2, seed=4)(X, training=True))


@pytest.mark.parametrize(
    ("weight", "lenders"),
    [
        ([1, 1, 1, 1], [3, 0, 1, 2]),
        ([2, 0, 0, 1, 0.5], [4, 0, 0, 0, 3]),
        ([0, 0, 3], [2, 2, 2]),
    ],
)
def test_foreign_matter_is_of_pictures_that_weigh_something(weight, lenders):
    """Each gets it from the last one before it that does; a lone one from itself."""
    x = tf.reshape(tf.range(len(weight), dtype=tf.float32), (-1, 1, 1, 1)) * tf.ones((1, 2, 2, 1))
    with weighing.by(tf.constant(weight, tf.float32)):
        found = _neighbors(x)
    assert found.numpy()[:, 0, 0, 0].tolist() == lenders
