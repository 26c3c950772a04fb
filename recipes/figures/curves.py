"""Training curves."""

import numpy as np
from matplotlib.figure import Figure

from recipes.figures._style import BLUE, GREY, ORANGE, figure, plain


def draw(history: dict[str, list[float]], best_epoch: int, title: str, measure: str = "loss") -> Figure:
    """Draws the loss, or another measure, on training and validation data by epoch, and which epoch was kept.

    Args:
        history: The measure, such as "loss", and on validation data, "val_loss", a number an epoch; the first may lack.
        best_epoch: The epoch whose weights were kept, from 0.
        title: The figure's title.
        measure: Which.
    """
    made, axes = figure(6, 3.6, title=title)
    plot = axes[0, 0]
    validation = history[f"val_{measure}"]
    both = np.array([history.get(measure, validation), validation])
    epochs = range(1, len(validation) + 1)
    if measure in history:
        plot.plot(epochs, history[measure], color=BLUE, label="training")
    plot.plot(epochs, validation, color=ORANGE, label="validation")
    kept = validation[best_epoch]
    plot.axvline(best_epoch + 1, color=GREY, linestyle=":", label=f"kept: epoch {best_epoch + 1}, {kept:.4f}")
    # The first epochs move so far that the rest would look flat.
    late = both[:, len(epochs) // 10 :]
    low, high = late.min(), late.max()
    margin = 0.05 * (high - low) or 0.01
    plot.set(xlabel="epoch", ylabel=measure, ylim=(low - margin, high + margin))
    plot.xaxis.get_major_locator().set_params(integer=True)
    plot.legend(frameon=False)
    plain(plot)
    return made
