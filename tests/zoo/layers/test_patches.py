"""Cutting and joining: what lies where, and that nothing is lost."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import zoo
from zoo.layers.patches import FromPatches, Grid, Patches

SHAPES = st.lists(st.integers(1, 9), min_size=1, max_size=3).map(tuple)


def numbered(shape: tuple[int, ...]) -> np.ndarray:
    return np.arange(2 * np.prod(shape), dtype="float32").reshape(2, *shape)


def test_patches_of_an_image_by_hand():
    image = [[0, 1, 2, 3], [4, 5, 6, 7]]
    np.testing.assert_array_equal(Patches(2)(np.array([image])), [[[0, 1, 4, 5], [2, 3, 6, 7]]])


def test_patches_of_a_signal_are_filled_with_zeros_at_the_end():
    np.testing.assert_array_equal(Patches(2)(np.array([[1, 2, 3, 4, 5]])), [[[1, 2], [3, 4], [5, 0]]])


def test_channels_stay_together():
    np.testing.assert_array_equal(Patches(1)(numbered((1, 2, 3))[:1]), [[[0, 1, 2], [3, 4, 5]]])


def test_what_follows_the_places_is_channels():
    windows = numbered((3, 2))[:1]  # steps 0 1, 2 3, 4 5
    np.testing.assert_array_equal(Patches(2, axes=1)(windows), [[[0, 1, 2, 3], [4, 5, 0, 0]]])
    np.testing.assert_array_equal(FromPatches((3, 2), 2, axes=1)(Patches(2, axes=1)(windows)), windows)


@settings(max_examples=60, deadline=None)
@given(SHAPES, st.integers(1, 5))
def test_joining_undoes_cutting_for_any_size(shape, size):
    x = numbered(shape)
    patches = Patches(size)(x)
    grid = Grid(shape, size)
    assert patches.shape == (2, grid.patches, grid.elements)
    assert Patches(size).compute_output_shape((None, *shape)) == (None, grid.patches, grid.elements)
    np.testing.assert_array_equal(FromPatches(shape, size)(patches), x)


def test_spreading_gives_each_element_its_patch_value():
    spread = Grid((3, 4), 2).spread(np.array([[1.0, 2.0, 3.0, 4.0]]))
    np.testing.assert_array_equal(spread, [[[1, 1, 2, 2], [1, 1, 2, 2], [3, 3, 4, 4]]])


def test_a_wrong_size_or_shape_says_so():
    with pytest.raises(zoo.UsageError, match="patch_size must be an integer of at least 1"):
        Grid((4, 4), 0)
    with pytest.raises(zoo.UsageError, match="input_shape must be"):
        zoo.build("masked", (2, 2, 2, 2))
