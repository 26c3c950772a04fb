"""A panel a measure, a curve a way of compressing, the model's the thickest."""

import numpy as np

from recipes.figures import rate_distortion
from recipes.figures._style import BLUE

CURVES = {"ours": [(0.2, 30.0), (0.8, 35.0)], "JPEG": [(0.01, 20.0), (0.3, 28.0), (1.0, 33.0), (9.0, 45.0)]}


def test_each_measure_has_a_panel_and_each_way_a_curve():
    figure = rate_distortion.draw({"PSNR, dB": CURVES, "MS-SSIM, dB": CURVES}, "title")
    assert [plot.get_ylabel() for plot in figure.axes] == ["PSNR, dB", "MS-SSIM, dB"]
    ours, jpeg = figure.axes[0].get_lines()
    assert ours.get_label() == "ours"
    assert ours.get_color() == BLUE
    assert ours.get_linewidth() > jpeg.get_linewidth()
    np.testing.assert_allclose(ours.get_xydata(), CURVES["ours"])
    np.testing.assert_allclose(jpeg.get_xydata(), CURVES["JPEG"][1:3])  # beyond, nobody looks
    assert figure.axes[0].get_xscale() == "log"


def test_one_point_is_drawn():
    (line,) = rate_distortion.draw({"PSNR, dB": {"ours": [(0.5, 30.0)]}}, "title").axes[0].get_lines()
    assert line.get_marker() == "o"
