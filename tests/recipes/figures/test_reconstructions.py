"""Inputs stand over their reconstructions."""

import numpy as np

from recipes.figures import reconstructions

INPUT = np.linspace(0, 1, 24).reshape(3, 4, 2)


def test_each_row_holds_its_images_in_order():
    rows = {"input": INPUT, "reconstruction": INPUT**2}
    figure = reconstructions.draw(rows, "title")
    assert len(figure.axes) == 6
    drawn = [axes.images[0].get_array() for axes in figure.axes]
    np.testing.assert_array_equal(drawn[:3], rows["input"])
    np.testing.assert_array_equal(drawn[3:], rows["reconstruction"])


def test_captions_and_title_are_written():
    figure = reconstructions.draw({"input": INPUT, "output": INPUT}, "title")
    assert [figure.axes[i].get_ylabel() for i in (0, 3)] == ["input", "output"]
    assert figure.get_suptitle() == "title"


def test_grey_means_the_same_in_every_picture():
    figure = reconstructions.draw({"input": 0.1 * INPUT}, "title")
    assert {axes.images[0].get_clim() for axes in figure.axes} == {(0, 1)}


def test_one_sample_is_enough(tmp_path):
    figure = reconstructions.draw({"input": INPUT[:1]}, "title")
    figure.savefig(tmp_path / "a.png")
    assert len(figure.axes) == 1
