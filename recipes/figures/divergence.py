"""What each latent costs: a collapsed one costs nothing."""

import numpy as np
from matplotlib.figure import Figure

from recipes.figures._style import BLUE, figure, plain


def draw(kl: np.ndarray, title: str) -> Figure:
    """Draws the divergence of each latent from the prior, the largest first.

    Args:
        kl: KL(q(z_j|x) || p(z_j)) in nats, mean over samples, shape `(latent_dim,)`.
        title: The figure's title.
    """
    made, axes = figure(6, 3.2, title=title)
    plot = axes[0, 0]
    plot.bar(np.arange(1, len(kl) + 1), np.sort(kl)[::-1], color=BLUE)
    plot.set(xlabel="latents, by their divergence", ylabel="KL in nats, mean over lines", xlim=(0, len(kl) + 1))
    plain(plot)
    return made
