"""Shifts are whole pixels, even, and drawn from the seed alone."""

import functools

import numpy as np
import pytest
import tensorflow as tf

import zoo
from recipes import training
from recipes.training.augmentation import relit, shifted
from recipes.training.batches import batches_of

IMAGE = np.arange(1, 13, dtype="float32").reshape(1, 3, 4)


def shifts(most, count=4000, seed=(0, 0)):
    """How often a point in the middle of a picture lands where."""
    point = np.zeros((count, 7, 7), "float32")
    point[:, 3, 3] = 1
    return shifted(tf.constant(point), tf.constant(seed), most).numpy().sum(axis=0)


def test_each_image_is_moved_as_a_whole_and_its_edges_fill_what_is_free():
    padded = np.pad(IMAGE[0], 1, mode="edge")
    possible = {padded[row : row + 3, column : column + 4].tobytes() for row in range(3) for column in range(3)}
    moved = shifted(tf.repeat(tf.constant(IMAGE), 200, axis=0), tf.constant([1, 2]), 1).numpy()
    assert {image.tobytes() for image in moved} == possible


def test_all_shifts_are_as_frequent():
    counts = shifts(most=2)
    assert counts.sum() == 4000
    inside = counts[1:6, 1:6]
    assert inside.sum() == 4000
    assert abs(inside - 4000 / 25).max() < 5 * (4000 / 25) ** 0.5


def test_no_shift_gives_the_images_as_they_are():
    np.testing.assert_array_equal(shifted(tf.constant(IMAGE), tf.constant([0, 0]), 0), IMAGE)


def test_shifts_depend_on_the_seed_alone():
    np.testing.assert_array_equal(shifts(1, 50, (3, 4)), shifts(1, 50, (3, 4)))
    assert (shifts(1, 50, (3, 4)) != shifts(1, 50, (3, 5))).any()
    assert (shifts(1, 50, (3, 4)) != shifts(1, 50, (4, 4))).any()


def batches(epoch, seed=0):
    x = np.zeros((40, 6, 6), "float32")
    x[:, 3, 3] = 1
    augment = functools.partial(shifted, most=2)
    return [batch.numpy() for batch in batches_of(x, 10, seed, tf.Variable(epoch, dtype=tf.int64), augment)]


def test_each_batch_and_each_epoch_is_shifted_anew_and_the_same_again():
    np.testing.assert_array_equal(batches(1), batches(1))
    moves = [[np.argwhere(image)[0].tolist() for image in batch] for epoch in (0, 1) for batch in batches(epoch)]
    assert len({str(move) for move in moves}) == 8


def test_training_in_pieces_sees_the_same_shifts(tmp_path):
    x = np.random.default_rng(0).random((40, 6, 6)).astype("float32")
    options = {"batch_size": 10, "patience": 5, "seed": 0, "schedule": "constant", "identity": {}}
    options["augment"] = functools.partial(shifted, most=1)
    build = functools.partial(zoo.build, "vanilla", (6, 6), latent_dim=4, seed=1)
    straight = training.fit(build(), x, x, folder=tmp_path / "straight", epochs=3, **options)
    training.fit(build(), x, x, folder=tmp_path / "pieces", epochs=1, **options)
    assert training.fit(build(), x, x, folder=tmp_path / "pieces", epochs=3, **options).history == straight.history


def test_a_negative_shift_is_told_in_a_sentence(recipe, tmp_path):
    status, error = recipe("--shift", -1, "--out", tmp_path / "out")
    assert (status, error) == (2, "shift must be a number of at least 0. Received: shift=-1.\n")


def test_other_light_is_a_gain_and_an_offset_of_each_image_within_bounds():
    x = np.tile(np.array([102, 153], "uint8").reshape(1, 1, 2, 1), (200, 1, 1, 1))
    found = relit(tf.constant(x), tf.constant([3, 4]), 0.2, 0.1).numpy()[:, 0, :, 0]
    gain = (found[:, 1] - found[:, 0]) / 0.2  # between 0.4 and 0.6
    offset = found[:, 0] - 0.4 * gain
    for drawn, middle, most in ((gain, 1, 0.2), (offset, 0, 0.1)):
        assert np.abs(drawn - middle).max() == pytest.approx(most, rel=0.1)
        assert drawn.mean() == pytest.approx(middle, abs=0.2 * most)
    np.testing.assert_array_equal(relit(x, tf.constant([3, 4]), 0.0, 0.0), (x / np.float32(255)))
