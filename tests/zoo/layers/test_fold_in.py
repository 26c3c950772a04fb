"""Taste from a few ratings: by hand, and as the minimum that it is said to be."""

import keras
import numpy as np
import pytest

from zoo import UsageError
from zoo.layers.fold_in import FoldIn


def layer(factors, base, noise=1.0):
    made = FoldIn(np.shape(factors)[1], noise)
    made.build((None, len(base)))
    made.kernel.assign(factors)
    made.base.assign(base)
    return made


def test_one_factor_by_hand():
    # z = sum a (r - b) / (sum a^2 + noise): (1 * 1 + 2 * 2) / (1 + 4 + 1); 2 * -1 / (4 + 1); of no rating 0.
    x = np.array([[4, 5, 0], [0, 2, 0], [0, 0, 0]], "float32")
    found = layer([[1.0], [2.0], [9.0]], [3.0, 3.0, 3.0])
    np.testing.assert_allclose(found(x), [[5 / 6], [-2 / 5], [0]], rtol=1e-6)
    np.testing.assert_array_equal(found(np.where(x > 0, x, np.nan)), found(x))


def test_it_is_ridge_regression_on_what_is_rated():
    rng = np.random.default_rng(0)
    factors, base = rng.normal(size=(9, 3)), rng.uniform(2, 4, 9)
    x = np.where(rng.random((20, 9)) < 0.5, rng.integers(1, 11, (20, 9)) / 2, 0).astype("float32")
    found = layer(factors, base, noise=0.5)(x)
    for row, z in zip(x, found, strict=True):
        rated = row > 0
        # Three more "ratings" of 0, by the unit factors times the noise's root: the penalty as least squares.
        a = np.vstack([factors[rated], np.sqrt(0.5) * np.eye(3)])
        r = np.concatenate([(row - base)[rated], np.zeros(3)])
        np.testing.assert_allclose(z, np.linalg.lstsq(a, r, rcond=None)[0], atol=1e-4)


def test_of_nobody_there_is_no_taste():
    assert layer(np.ones((3, 2)), np.ones(3))(np.zeros((0, 3), "float32")).shape == (0, 2)


def test_it_has_nothing_to_train():
    assert not layer([[1.0]], [1.0]).trainable_weights
    assert FoldIn(4).compute_output_shape((None, 3)) == (None, 4)


def test_it_is_made_again_from_its_config():
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(FoldIn(3, 0.25)))
    assert (again.rank, again.noise) == (3, 0.25)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((0, 1.0), "rank must be an integer of at least 1"), ((3, 0.0), "noise must be a number above 0")],
)
def test_bad_arguments_say_what_was_expected(arguments, message):
    with pytest.raises(UsageError, match=message):
        FoldIn(*arguments)
