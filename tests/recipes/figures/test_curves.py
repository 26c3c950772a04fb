"""Training curves show the history, and which epoch was kept."""

import numpy as np
import pytest

from recipes.figures import curves

HISTORY = {"loss": [0.5, 0.4, 0.3], "val_loss": [0.6, 0.35, 0.45]}


def test_draws_both_losses_by_epoch_from_1():
    (axes,) = curves.draw(HISTORY, 1, "title").axes
    training, validation, _ = axes.lines
    np.testing.assert_array_equal(training.get_xydata(), [(1, 0.5), (2, 0.4), (3, 0.3)])
    np.testing.assert_array_equal(validation.get_xydata(), [(1, 0.6), (2, 0.35), (3, 0.45)])


def test_marks_the_epoch_that_was_kept():
    (axes,) = curves.draw(HISTORY, 1, "title").axes
    kept = axes.lines[2]
    assert set(kept.get_xdata()) == {2}
    assert kept.get_label() == "kept: epoch 2, 0.3500"


@pytest.mark.parametrize(
    "history",
    [
        HISTORY,
        {"loss": [0.1, 0.1], "val_loss": [0.5, 0.6]},  # overfitted from the start
        {"loss": [0.5, 0.6], "val_loss": [0.1, 0.1]},
        {"loss": [0.5], "val_loss": [0.4]},
        {"loss": [0.5], "val_loss": [0.5]},
        {"loss": [-1.0, -2.0], "val_loss": [-1.5, -1.0]},
    ],
)
def test_every_point_of_a_short_history_is_seen(history, tmp_path):
    figure = curves.draw(history, 0, "title")
    low, high = figure.axes[0].get_ylim()
    assert low < min(history["loss"] + history["val_loss"])
    assert high > max(history["loss"] + history["val_loss"])
    figure.savefig(tmp_path / "a.png")


def test_the_first_tenth_does_not_flatten_the_rest():
    history = {"loss": [100.0, 90.0] + [1.0] * 18, "val_loss": [100.0, 90.0] + [2.0] * 18}
    low, high = curves.draw(history, 5, "title").axes[0].get_ylim()
    assert 0.9 < low < 1
    assert 2 < high < 2.1
