"""Train an autoencoder on samples of any kind, measure it beside PCA, draw it and export it.

    python -m recipes.features --data PHOTOS --size 64 --model convolutional    # a folder of pictures
    python -m recipes.features --data FILE.csv --label kind --latent-dim 8      # a table of numbers
    python -m recipes.features --data tfds:fashion_mnist --model vae            # images of TensorFlow Datasets

Pictures are drawn with their reconstructions and each unit's effect. Labels, if there are any, are predicted from the
code by a linear classifier.
"""

from __future__ import annotations

from dataclasses import dataclass

from recipes import running
from recipes.tasks import features

RECIPE = "features"


@dataclass(frozen=True)
class Config(features.FeatureOptions):
    """The recipe's options."""


def run(config: Config) -> dict[str, float]:
    """Trains, measures, draws and exports; prints a table.

    Args:
        config: The options.

    Returns:
        The test numbers by name.

    Raises:
        UsageError: If an option, the data or the output folder is not what it should be.
    """
    return features.run(RECIPE, config)


if __name__ == "__main__":
    running.main(RECIPE, Config, run)
