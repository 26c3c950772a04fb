"""Pictures stand under their scores."""

import numpy as np
import pytest

from recipes.figures import extremes


def test_pictures_stand_under_their_scores(tmp_path):
    rng = np.random.default_rng(0)
    rows = {"most": (rng.random((3, 4, 4)), np.array([0.1, 0.2, 0.3])), "one": (rng.random((1, 4, 4)), np.array([5.0]))}
    figure = extremes.draw(rows, "title")
    figure.savefig(tmp_path / "a.png")
    (axes,) = figure.axes
    assert [text.get_text() for text in axes.texts] == ["0.1", "0.2", "0.3", "5"]
    for text, image in zip(axes.texts, axes.images, strict=True):
        left, right, _, top = image.get_extent()
        assert text.get_position()[0] == pytest.approx((left + right) / 2)
        assert top - extremes.ROOM < text.get_position()[1] < top
    assert [label.get_text() for label in axes.get_yticklabels()] == ["most", "one"]
