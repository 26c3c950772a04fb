"""Names stand beside their points, and over no other name."""

import itertools

import numpy as np
import pytest

from recipes.figures import map as map_of_codes

LONG = "A Name of Very Many Words That Nobody Would Want to Read on a Map of Films"
RNG = np.random.default_rng(0)
CROWD = RNG.normal(size=(300, 2)) ** 3  # most of them close together
KNOWN = RNG.permutation(300) + 1
BEST = int(np.argmax(KNOWN))
NAMES = [LONG if i == BEST else f"name {i}" for i in range(300)]


@pytest.fixture(scope="module")
def crowd():
    """The crowd's figure, each name's box in it and each point's place, in pixels."""
    figure = map_of_codes.draw(CROWD, NAMES, KNOWN, ["x"] * 300, "title")
    axes = figure.axes[0]
    points = axes.transData.transform(CROWD)
    rows = [int(text.get_text().split()[1]) if text.get_text().startswith("name") else BEST for text in axes.texts]
    return figure, [text.get_window_extent() for text in axes.texts], points[rows]


def test_points_names_sizes_and_colors(tmp_path):
    plane = np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 0.0]])
    figure = map_of_codes.draw(plane, ["a", "b", "c"], np.array([10, 5, 20]), ["x", "y", "y"], "title")
    points = figure.axes[0].collections[0]
    np.testing.assert_array_equal(points.get_offsets(), plane[[2, 0, 1]])  # the best known first, so beneath
    assert (np.diff(points.get_sizes()) < 0).all()
    assert [text.get_text() for text in figure.axes[0].texts] == ["c", "a", "b"]
    y, x = (handle.get_facecolor()[0, :3] for handle in figure.legends[0].legend_handles)
    np.testing.assert_array_equal(points.get_facecolor()[:, :3], [y, x, y])
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["y", "x"]
    figure.savefig(tmp_path / "a.png")


def test_no_name_covers_another_or_its_point_or_leaves_the_axes(crowd):
    figure, boxes, points = crowd
    assert 20 < len(boxes) < 250
    assert not any(one.overlaps(other) for one, other in itertools.combinations(boxes, 2))
    assert not any(box.contains(*point) for box, point in itertools.product(boxes, points))
    axes = figure.axes[0].bbox
    assert all(axes.contains(box.x0, box.y0) and axes.contains(box.x1, box.y1) for box in boxes)


def test_a_name_is_beside_its_point(crowd):
    for box, (x, y) in zip(*crowd[1:], strict=True):
        assert max(box.x0 - x, x - box.x1, box.y0 - y, y - box.y1) < 20


def test_the_best_known_is_named_first_and_a_long_name_has_two_lines(crowd):
    assert crowd[0].axes[0].texts[0].get_text() == "A Name of Very Many Words\nThat Nobody Would Want to…"


def test_what_is_drawn_is_where_it_was_measured(crowd, tmp_path):
    figure, boxes, _ = crowd
    figure.savefig(tmp_path / "a.png")
    drawn = [text.get_window_extent().bounds for text in figure.axes[0].texts]
    np.testing.assert_allclose(drawn, [box.bounds for box in boxes])


def test_far_points_are_counted_instead():
    plane = np.concatenate([np.random.default_rng(0).random((300, 2)), [[99.0, 0.5]]])
    plot = map_of_codes.draw(plane, [""] * 301, np.arange(301) + 1, ["x"] * 301, "title").axes[0]
    assert plot.get_xlim()[1] < 2
    assert plot.get_xlabel() == "1 of 301 lie beyond the edges"


def test_small_groups_are_grey_and_called_other():
    groups = [f"g{i}" for i in range(9)] + [f"g{i}" for i in range(7)]
    plane = np.random.default_rng(0).random((16, 2))
    figure = map_of_codes.draw(plane, ["a"] * 16, np.ones(16), groups, "title")
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [*(f"g{i}" for i in range(7)), "other"]
    colors = figure.axes[0].collections[0].get_facecolor()[:, :3]
    np.testing.assert_array_equal(colors[7], colors[8])
    assert len(np.unique(colors[:8], axis=0)) == 8


def test_one_place_for_all_is_drawn(tmp_path):
    map_of_codes.draw(np.ones((3, 2)), ["a", "b", "c"], np.ones(3), ["x"] * 3, "title").savefig(tmp_path / "a.png")
