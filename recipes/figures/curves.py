"""Training curves."""

import numpy as np
from matplotlib.figure import Figure

from recipes.figures._style import BLUE, GREY, ORANGE, figure, plain


def draw(history: dict[str, list[float]], best_epoch: int, title: str) -> Figure:
    """Draws the loss on training and validation data by epoch, and which epoch was kept.

    Args:
        history: "loss" and "val_loss", a number an epoch.
        best_epoch: The epoch whose weights were kept, from 0.
        title: The figure's title.
    """
    made, axes = figure(6, 3.6)
    plot = axes[0, 0]
    epochs = range(1, len(history["loss"]) + 1)
    plot.plot(epochs, history["loss"], color=BLUE, label="training")
    plot.plot(epochs, history["val_loss"], color=ORANGE, label="validation")
    kept = history["val_loss"][best_epoch]
    plot.axvline(best_epoch + 1, color=GREY, linestyle=":", label=f"kept: epoch {best_epoch + 1}, {kept:.4f}")
    # The first epochs fall so far that the rest would look flat.
    both = np.array([history["loss"], history["val_loss"]])
    low, high = both.min(), both[:, len(epochs) // 10 :].max()
    margin = 0.05 * (high - low) or 0.01
    plot.set(xlabel="epoch", ylabel="loss", ylim=(low - margin, high + margin))
    plot.xaxis.get_major_locator().set_params(integer=True)
    plot.legend(frameon=False)
    plain(plot)
    made.suptitle(title)
    return made
