"""Filling in: what a model guesses of hidden patches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from recipes.figures import reconstructions
from recipes.metrics.squared_error import squared_error
from recipes.publishing import Drawing, Report, row

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from recipes.data.splits import Splits
    from zoo.autoencoder import Autoencoder

HIDDEN = 0.75  # whatever share the model was trained with
MEASURES = {
    "hidden_mse": "Mean squared error on hidden patches, three quarters of all, guessed from the others.",
}


def able(model: Autoencoder) -> bool:
    """Says whether the model guesses hidden patches."""
    return hasattr(model, "complete")


def measure(model: Any, splits: Splits, codes: dict[str, np.ndarray]) -> Report:
    """Measures the guesses on validation and test data, and the mean of the training samples beside them."""
    report = Report()
    mean = splits.train.x.mean(axis=0)
    for part in ("validation", "test"):
        x = splits[part].x
        hidden, pixels = hide(model, len(x))
        getattr(report, part)["hidden_mse"] = squared_error(x[pixels], model.complete(x, hidden)[pixels])
    error = squared_error(x[pixels], np.broadcast_to(mean, x.shape)[pixels])
    report.baselines.append(row("mean training sample", "hidden_mse", error, "same split and patches", "measured here"))
    return report


def draw(model: Any, splits: Splits, codes: dict[str, np.ndarray]) -> dict[str, Drawing]:
    """Draws test pictures, what is visible of them (the rest grey), and the guess."""

    def completed() -> Figure:
        x = splits.test.x[splits.shown()]
        hidden, pixels = hide(model, len(x))
        rows = {"input": x, "visible": np.where(pixels, 0.5, x), "completion": model.complete(x, hidden)}
        return reconstructions.draw(rows, f"{model.name}: three quarters of the patches guessed")

    return {"completions": completed} if splits.pictures else {}


def hide(model: Any, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Chooses the patches to hide of n samples, the same each time.

    Returns:
        Booleans, of shape `(n, *patches along each axis)` and the same for elements, `(n, *input_shape)`.
    """
    grid = model.grid
    order = np.random.default_rng(0).permuted(np.tile(np.arange(grid.patches), (n, 1)), axis=1)
    hidden = order < max(1, min(round(HIDDEN * grid.patches), grid.patches - 1))
    return hidden.reshape(n, *grid.counts), np.asarray(grid.spread(hidden))
