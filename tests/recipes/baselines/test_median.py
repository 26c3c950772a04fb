"""The median filter, by counting."""

import numpy as np

from recipes.baselines.median import median


def test_each_pixel_becomes_the_median_of_its_window():
    image = np.array([[[1, 2, 3], [4, 9, 6], [7, 8, 5]]])
    assert median(image, 3)[0, 1, 1] == 5


def test_a_lone_pixel_goes_and_an_edge_stays():
    images = np.zeros((2, 7, 7))
    images[0, 3, 3] = 1
    images[1, :, 4:] = 1
    filtered = median(images, 3)
    assert filtered[0].max() == 0
    np.testing.assert_array_equal(filtered[1], images[1])


def test_images_do_not_mix():
    images = np.stack([np.zeros((5, 5)), np.ones((5, 5)), np.zeros((5, 5))])
    np.testing.assert_array_equal(median(images, 3), images)


def test_the_edge_is_mirrored():
    corner = np.zeros((1, 4, 4))
    corner[0, 0, :2] = corner[0, 1, 0] = 1
    # Of the corner's nine, mirrored: itself four times, its two neighbours twice each, one 0 across.
    assert median(corner, 3)[0, 0, 0] == 1


def test_each_channel_is_filtered_on_its_own():
    pictures = np.random.default_rng(0).uniform(size=(2, 6, 5, 3))
    filtered = median(pictures, 3)
    for channel in range(3):
        np.testing.assert_array_equal(filtered[..., channel], median(pictures[..., channel], 3))
