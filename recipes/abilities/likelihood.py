"""How likely a model finds data that it has not seen: log p(x), and the parts of the bound that it is trained on.

Pixels that a model takes as Bernoulli are drawn once as 0 or 1, with their grey values as the chance of 1 and a fixed
seed: what published likelihoods of binarised digits are measured on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from recipes.figures import extremes
from recipes.publishing import Drawing, Report
from zoo.health import active_units

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from recipes.data.splits import Splits
    from zoo.autoencoder import Autoencoder
    from zoo.families.variational import VariationalAutoencoder

MEASURES = {
    "log_likelihood": "log p(x) in nats, mean over samples, by importance sampling from the posterior: 5,000 draws for "
    "each test sample, 100 for each of 1,000 validation samples. Pixels are drawn once as 0 or 1, with their "
    'grey values as the chance of 1; of "real" values it is a density\'s logarithm.',
    "kl": "The bound's cost of the code: KL(q(z|x) || p(z)) in nats, mean over samples.",
    "reconstruction": "The bound's cost of the data given the code: -log p(x|z) in nats, mean over samples.",
    "active_units": "Latents whose posterior mean varies by more than 0.01 over the samples.",
}

SEED = 0
DRAWN = 1000
# Draws for each sample, and samples at the most.
PROTOCOL = {"validation": (100, 1000), "test": (5000, None)}


def able(model: Autoencoder) -> bool:
    """Says whether the model computes likelihoods."""
    return hasattr(model, "log_likelihood")


def measure(model: VariationalAutoencoder, splits: Splits, codes: dict[str, np.ndarray]) -> Report:
    """Measures the likelihood, the bound's parts and the active units on validation and test data."""
    report = Report()
    for part, (draws, most) in PROTOCOL.items():
        x = observed(model, splits[part].x)
        parts = model.evaluate(x, batch_size=1000, return_dict=True, verbose=0)
        numbers = {
            "log_likelihood": float(model.log_likelihood(x[:most], samples=draws).mean()),
            "kl": parts["kl"],
            "reconstruction": parts["reconstruction"],
            "active_units": active_units(codes[part]),
        }
        getattr(report, part).update(numbers)
    return report


def draw(model: VariationalAutoencoder, splits: Splits, codes: dict[str, np.ndarray]) -> dict[str, Drawing]:
    """Draws the least and the most likely of the first thousand test pictures, with log p(x) in nats per value."""

    def ordered() -> Figure:
        x = observed(model, splits.test.x[:DRAWN])
        found = model.log_likelihood(x, samples=100) / x[0].size
        order = np.argsort(found)
        rows = {"least likely": order[:10], "most likely": order[::-1][:10]}
        title = f"{model.name}: log p(x) of test samples, nats per value"
        return extremes.draw({name: (x[which], found[which]) for name, which in rows.items()}, title)

    return {"likelihood": ordered} if splits.pictures else {}


def observed(model: VariationalAutoencoder, x: np.ndarray) -> np.ndarray:
    """Returns the samples to compute likelihoods of: pixels as 0 or 1, real numbers as they are."""
    return binarized(x) if model.kind.bernoulli else x


def binarized(x: np.ndarray) -> np.ndarray:
    """Draws each pixel as 0 or 1, once and for all, with its value in [0, 1] as the chance of 1."""
    return (np.random.default_rng(SEED).uniform(size=x.shape) < x).astype("float32")
