"""What a run on surfaces is made of: patches, the pictures shown, measures and baselines, by arithmetic."""

import numpy as np
import pytest

from recipes.data.surfaces import Part, Surfaces
from recipes.tasks.detection import surface_measuring, surfaces


def test_small_pictures_are_mirrored_up_to_a_patch():
    x = np.arange(6).reshape(2, 3, 1)
    assert surfaces.mirrored(x, 2) is x
    upper, lower = [0, 1, 2, 2], [3, 4, 5, 5]
    np.testing.assert_array_equal(surfaces.mirrored(x, 4)[..., 0], [upper, lower, lower, upper])
    middle = surfaces.middles([np.arange(36).reshape(6, 6, 1)], 2)
    np.testing.assert_array_equal(middle[..., 0], [[[14, 15], [20, 21]]])


def test_of_each_kind_the_middle_and_the_hardest_are_shown_and_the_worst_normal():
    kinds = ["good", "hole", "hole", "hole", "good", "scratch"]
    scores = np.array([5.0, 3.0, 1.0, 2.0, 0.0, 4.0])
    assert surfaces.shown(kinds, scores, np.array([kind != "good" for kind in kinds])) == [3, 2, 5, 0, 4]
    assert surfaces.shown([""] * 3, scores[:3], np.zeros(3, bool)) == [0, 1, 2]


def part(*kinds: str) -> Part:
    rng = np.random.default_rng(0)
    pictures = [rng.integers(0, 256, (6, 5, 1)).astype("uint8") for _ in kinds]
    masks = [np.zeros((6, 5), bool) for _ in kinds]
    for kind, mask in zip(kinds, masks, strict=True):
        mask[0, :2] = kind != "good"
    return Part(pictures, list(kinds), masks)


@pytest.fixture(scope="module")
def data():
    whole = part(*["good"] * 8)
    return Surfaces(whole, whole.at([0]), part("good", "hole", "dent"), "good", "t", "t", "", "")


def test_measures_are_by_picture_by_pixel_and_by_kind(data):
    maps = [np.zeros((6, 5)), np.zeros((6, 5)), np.zeros((6, 5))]
    maps[1][0, :2] = 1.0
    found = surface_measuring.numbers(data, np.array([0.5, 1.0, 0.0]), maps)
    assert found["auroc"] == 0.5
    assert found["pixel_auroc"] == 0.75  # of four pixels two are above all others, and two among them
    assert found["pro"] == pytest.approx((0.5 + 0.65) / 2)
    assert surface_measuring.by_kind(data, np.array([0.5, 1.0, 0.0])) == {"auroc_dent": 0.0, "auroc_hole": 1.0}


def test_baselines_see_whole_pictures_and_give_maps_of_their_sizes(data):
    found = list(surface_measuring.compared(data, 0))
    assert [one.name for one in found][-2:] == ["nearest neighbor", "isolation forest"]
    assert found[0].name.startswith("PCA-")
    for one in found[:-1]:
        assert [m.shape for m in one.maps] == [(6, 5)] * 3
        np.testing.assert_array_equal(one.scores, [m.max() for m in one.maps])


def test_the_nearest_neighbor_is_the_nearest():
    normal = np.array([[0.0, 0.0], [1.0, 1.0]]).reshape(2, 1, 1, 2)
    np.testing.assert_array_equal(surface_measuring._nearest(normal, np.full((1, 1, 1, 2), 0.9)), normal[1:])
