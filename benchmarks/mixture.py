"""Measures how good samples are that a Gaussian mixture of codes gives, beside those of normal distributions.

    python -m benchmarks.mixture --data data/mnist      # 15 minutes on 2 cores

Sample precision and recall are those of `recipes.generate` on test samples (Kynkaanniemi et al. 2019). One normal
distribution is the prior N(0, I), one is fitted to the same codes as the mixture, whose number of components codes of
validation samples choose.
"""

import dataclasses
import json
import shlex
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tyro

from benchmarks import _machine
from zoo import quiet

MODELS: dict[str, dict[str, Any]] = {
    "vae": {"latent_dim": 16, "learning_rate": 2e-3},
    "convolutional": {"latent_dim": 16, "learning_rate": 2e-3},
    "vanilla": {"latent_dim": 16, "hidden_units": (256,), "learning_rate": 2e-3},
}


@dataclass(frozen=True)
class Config:
    """The benchmark's options."""

    data: str = "data/mnist"
    """As the MNIST recipe's --data."""
    epochs: int = 10
    """Epochs of each model."""
    seeds: tuple[int, ...] = (0, 1, 2)
    """Of the weights, the order of the samples and the draws."""
    out: Path = Path("benchmarks/results/mixture.json")
    """Where the result goes."""


def run(config: Config) -> dict[str, Any]:
    """Trains each model with each seed and measures both kinds of samples.

    Args:
        config: The options.

    Returns:
        What is written into `config.out`: by model and seed precision and recall of both.
    """
    from recipes.data import sources

    splits = sources.load(config.data)
    began = time.perf_counter()
    found = {name: {str(seed): measured(name, seed, splits, config.epochs) for seed in config.seeds} for name in MODELS}
    return {
        "command": shlex.join(["python", "-m", "benchmarks.mixture", *sys.argv[1:]]),
        "protocol": {**dataclasses.asdict(config), "out": str(config.out), "models": MODELS},
        "machine": _machine.described(),
        "data": {"source": splits.source, "split": splits.split, "checksum": splits.checksum},
        "models": found,
        "seconds": time.perf_counter() - began,
    }


def measured(name: str, seed: int, splits: Any, epochs: int) -> dict[str, dict[str, float]]:
    """Returns precision and recall of samples of both normal distributions and of the mixture, of one trained model."""
    import keras

    import zoo
    from recipes.abilities import generation
    from zoo.wrappers.mixture_prior import MixturePrior

    keras.utils.set_random_seed(seed)
    model = zoo.build(name, splits.train.x.shape[1:], seed=seed, **MODELS[name])
    model.fit(splits.train.x, epochs=epochs, batch_size=256, verbose=2)
    data = splits.train.x, splits.validation.x
    mixture = MixturePrior(model).fit_prior(*data, seed=seed)
    priors = {
        "prior": MixturePrior(model),  # N(0, I) until it is fitted
        "normal": MixturePrior(model).fit_prior(*data, components=(1,), seed=seed),
        "mixture": mixture,
    }
    result: dict[str, dict[str, float]] = {
        kind: generation.measure(one, splits, {}).test for kind, one in priors.items()
    }
    result["mixture"]["components"] = int(np.count_nonzero(mixture.mixture.shares))
    print(name, seed, result, flush=True)
    return result


def main() -> None:
    """Parses the command line, measures and writes the result."""
    config = tyro.cli(Config, description=__doc__)
    quiet.start()
    config.out.write_text(json.dumps(run(config), indent=1, default=str) + "\n", "utf-8")


if __name__ == "__main__":
    main()
