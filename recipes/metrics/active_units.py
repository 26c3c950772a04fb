"""Latents that carry something: those whose posterior mean varies over the data (Burda 2016)."""

import numpy as np

THRESHOLD = 0.01


def active_units(means: np.ndarray) -> int:
    """Returns how many latents' means vary by more than 0.01 over the samples: the variance, in a prior's of 1.

    Args:
        means: Posterior means, shape `(n, latent_dim)`.
    """
    return int((np.var(means, axis=0, dtype="float64") > THRESHOLD).sum())
