"""Panels show the whole picture and, under it, the same window of each."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg

from recipes.figures import restorations
from recipes.figures.restorations import Panel


def row(*images: np.ndarray) -> list[Panel]:
    return [Panel(f"caption {i}", image, f"{i} dB") for i, image in enumerate(images)]


def checked(shape: tuple[int, int], top: int, left: int, size: int) -> np.ndarray:
    """Grey, but for a square of black and white pixels in turn."""
    image = np.full(shape, 0.5)
    image[top : top + size, left : left + size] = np.indices((size, size)).sum(0) % 2
    return image


def window(plot) -> tuple[float, float, float, float]:
    """Left, top, width and height of the frame, as shares of the picture."""
    (frame,) = plot.patches
    return (*frame.get_xy(), frame.get_width(), frame.get_height())


def pixels(figure, index: int) -> np.ndarray:
    """What an axes shows once drawn, within the frame."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    whole = np.asarray(canvas.buffer_rgba())[::-1, :, :3]  # from the bottom, as matplotlib counts
    left, bottom, right, top = figure.axes[index].get_window_extent().extents.round().astype(int)
    return whole[bottom + 4 : top - 4, left + 4 : right - 4][::-1]


def test_each_panel_is_written_above_and_below():
    first, second = (row(np.eye(8), np.eye(8), np.eye(8)) for _ in range(2))
    figure = restorations.draw([first, second], "title")
    assert len(figure.axes) == 2 * 3 * 2
    assert [plot.get_title() for plot in figure.axes] == ["caption 0", "", "caption 1", "", "caption 2", *[""] * 7]
    assert [plot.get_xlabel() for plot in figure.axes] == ["", "0 dB", "", "1 dB", "", "2 dB"] * 2
    assert figure.get_suptitle() == "title"


def test_the_window_covers_the_truths_detail_and_not_its_edges():
    truth = checked((300, 400), 200, 130, 20)
    truth[:, 300:] = 1.0  # the strongest contrast of large parts
    (_, _, upper, lower) = restorations.draw([row(checked((300, 400), 0, 0, 20), truth)], "title").axes
    left, top, width, height = np.multiply(window(upper), [400, 300, 400, 300])
    assert left <= 130
    assert left + width >= 150
    assert top <= 200
    assert top + height >= 220
    assert left + width < 300
    assert lower.get_xlim() == pytest.approx((left / 400, (left + width) / 400))
    assert lower.get_ylim() == pytest.approx(((top + height) / 300, top / 300))


def test_a_crop_shows_what_its_frame_surrounds_in_pictures_of_all_sizes():
    # A white quarter at the bottom right, which has all of the detail.
    truth = np.zeros((40, 60))
    truth[20:, 30:] = np.random.default_rng(0).random((20, 30)) > 0.02
    low = np.zeros((2, 2))
    low[1, 1] = 1.0
    figure = restorations.draw([row(low, truth)], "title")
    assert window(figure.axes[0]) == window(figure.axes[1]) == window(figure.axes[2])
    left, top, width, height = window(figure.axes[2])
    assert left + width / 2 > 0.5
    assert top + height / 2 > 0.5
    crop = pixels(figure, 1)
    assert set(np.unique(crop)) <= {0, 255}  # no grey between pixels that are enlarged
    covered = (left + width - max(left, 0.5)) / width * (top + height - max(top, 0.5)) / height
    assert np.mean(crop == 255) == pytest.approx(covered, abs=0.06)


def test_what_does_not_fit_is_averaged():
    truth = (np.indices((800, 800)).sum(0) % 2).astype("float32")
    truth[:, 400:] = 0.0
    whole = pixels(restorations.draw([row(truth)], "title"), 0)
    black_or_white = np.minimum(whole, 255 - whole)[:, : whole.shape[1] // 2 - 4] < 100
    assert black_or_white.mean() < 0.1  # but for the frame


def test_grey_and_color_stand_in_one_row():
    grey, color = np.full((30, 30, 1), 0.2), np.broadcast_to([1.0, 0.0, 0.0], (30, 30, 3))
    figure = restorations.draw([row(grey, grey[..., 0], color)], "title")
    assert [tuple(pixels(figure, index)[-1, -1]) for index in (0, 2, 4)] == [(51, 51, 51)] * 2 + [(255, 0, 0)]


def test_rows_of_other_captions_are_refused():
    with pytest.raises(ValueError, match="same captions"):
        restorations.draw([row(np.eye(3), np.eye(3)), row(np.eye(3))], "title")


sides = st.integers(1, 40) | st.sampled_from([300, 500])


@settings(max_examples=8, deadline=None)
@given(height=sides, width=sides, channels=st.sampled_from([(), (1,), (3,)]))
@example(height=1, width=1, channels=())
@example(height=500, width=1, channels=(1,))
@example(height=1, width=500, channels=(3,))
def test_pictures_of_any_size_keep_their_shape(height, width, channels):
    truth = np.random.default_rng(0).random((height, width, *channels))
    _, _, upper, lower = restorations.draw([row(np.zeros((1, 2)), truth)], "title").axes
    left, top, across, down = window(upper)
    assert 0 <= left <= left + across <= 1 + 1e-9
    assert 0 <= top <= top + down <= 1 + 1e-9
    whole, crop = upper.get_window_extent(), lower.get_window_extent()
    assert whole.width <= restorations.WIDTH + 1e-6
    assert whole.height <= restorations.HEIGHT + 1e-6
    # Square pixels, but for rounding to the figure's.
    assert whole.width / width * height == pytest.approx(whole.height, abs=max(1, height / width))
    assert crop.width / (across * width) * (down * height) == pytest.approx(crop.height, abs=1)


def test_rows_of_any_size_stand_below_each_other(tmp_path):
    shapes = [(1, 1), (500, 1), (1, 500), (30, 20), (20, 30)]
    figure = restorations.draw([row(np.zeros(shape), np.ones(shape)) for shape in shapes], "title")
    boxes = [plot.get_window_extent() for plot in figure.axes]
    for line in range(len(shapes)):
        upper, lower = boxes[4 * line : 4 * line + 2]
        assert upper.y0 > lower.y1
        assert line == 0 or upper.y1 < boxes[4 * line - 1].y0 - 15  # room for the numbers
    assert boxes[-1].y0 > 15
    figure.savefig(tmp_path / "a.png")
