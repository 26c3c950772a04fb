"""PSNR stands over the noise's strength, each method named once."""

import math

import numpy as np
import pytest
from matplotlib.colors import to_hex

from recipes.figures import by_noise
from recipes.figures._style import BLUE, GREY, ORANGE

LEVELS = [15, 25, 50]
APART = {"noisy": [24.6, 20.2, 14.1], "restorer": [34.0, 31.5, 28.0], "median 3 x 3": [29.0, 26.5, 21.0]}
ALIKE = APART | {"total variation": [30.0, 27.0, 21.1]}


def written(figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts]


def test_a_line_a_method_with_the_model_first_of_all(tmp_path):
    figure = by_noise.draw(LEVELS, APART, "title", (0, 55))
    noisy, ours, median = figure.axes[0].lines
    for line, values in zip((noisy, ours, median), APART.values(), strict=True):
        np.testing.assert_array_equal(line.get_xydata(), list(zip(LEVELS, values, strict=True)))
    assert [line.get_color() for line in (noisy, ours, median)] == [GREY, BLUE, ORANGE]
    assert noisy.get_linestyle() == ":"
    assert ours.get_linewidth() > max(noisy.get_linewidth(), median.get_linewidth())
    assert figure.get_suptitle() == "title"
    figure.savefig(tmp_path / "a.png")


def test_names_stand_at_the_ends_of_lines_that_end_apart():
    figure = by_noise.draw(LEVELS, APART, "title", (0, 55))
    assert not figure.legends
    ends = {name.get_text(): (name.xy, name.get_color()) for name in figure.axes[0].texts if name.get_text() in APART}
    assert ends == {
        "noisy": ((50, 14.1), GREY),
        "restorer": ((50, 28.0), BLUE),
        "median 3 x 3": ((50, 21.0), ORANGE),
    }


def test_names_that_would_cover_each_other_stand_in_a_legend(tmp_path):
    figure = by_noise.draw(LEVELS, ALIKE, "title", (0, 55))
    assert [text.get_text() for text in figure.legends[0].get_texts()] == list(ALIKE)
    assert not set(written(figure)) & set(ALIKE)
    figure.savefig(tmp_path / "a.png")


def test_methods_differ_in_color():
    methods = ["ours", "noisy", "a", "b", "c", "d", "e"]
    figure = by_noise.draw([25], {method: [20.0 + i] for i, method in enumerate(methods)}, "title", (25, 25))
    assert len({to_hex(line.get_color()) for line in figure.axes[0].lines}) == 7


@pytest.mark.parametrize(
    ("trained", "words"), [((5, 50), "trained on 5 to 50"), ((25.0, 25.0), "trained on 25"), ((0, 0.5), "on 0 to 0.5")]
)
def test_the_range_trained_on_is_shaded_and_named(trained, words):
    figure = by_noise.draw(LEVELS, APART, "title", trained)
    (shade,) = figure.axes[0].patches
    assert (shade.get_x(), shade.get_x() + shade.get_width()) == trained
    assert shade.get_linewidth() > 0
    assert shade.get_edgecolor()[3] > 0
    assert any(text.endswith(words) for text in written(figure))


def test_no_noise_at_all_is_drawn_where_psnr_is_finite(tmp_path):
    figure = by_noise.draw([0, 25], {"restorer": [45.0, 30.0], "noisy": [math.inf, 20.2]}, "title", (0, 25))
    low, high = figure.axes[0].get_ylim()
    assert low < 20.2 < 45 < high < 50
    figure.savefig(tmp_path / "a.png")
