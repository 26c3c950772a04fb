"""Inputs stand over their reconstructions."""

import numpy as np

from recipes.figures import reconstructions

INPUT = np.linspace(0, 1, 24).reshape(3, 4, 2)


def test_each_row_holds_its_images_in_order():
    rows = {"input": INPUT, "reconstruction": INPUT**2}
    (axes,) = reconstructions.draw(rows, "title").axes
    drawn = [image.get_array() for image in axes.images]
    np.testing.assert_array_equal(drawn[:3], rows["input"])
    np.testing.assert_array_equal(drawn[3:], rows["reconstruction"])


def test_captions_stand_beside_their_rows_and_the_title_is_written():
    figure = reconstructions.draw({"input": INPUT, "output": INPUT}, "title")
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["input", "output"]
    for place, image in zip(axes.get_yticks(), axes.images[::3], strict=True):
        assert place == np.mean(image.get_extent()[2:])
    assert figure.get_suptitle() == "title"


def test_a_sample_stands_under_itself_also_where_it_has_fewer_pixels():
    (axes,) = reconstructions.draw({"input": INPUT, "code": INPUT[:, :2, :1]}, "title").axes
    ends = [image.get_extent()[:2] for image in axes.images]
    assert ends[:3] == ends[3:]


def test_grey_means_the_same_in_every_picture():
    figure = reconstructions.draw({"input": 0.1 * INPUT}, "title")
    assert {image.get_clim() for image in figure.axes[0].images} == {(0, 1)}


def test_one_sample_is_enough(tmp_path):
    figure = reconstructions.draw({"input": INPUT[:1]}, "title")
    figure.savefig(tmp_path / "a.png")
    assert len(figure.axes[0].images) == 1
