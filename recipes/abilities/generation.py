"""Makes new samples: of models whose codes follow a distribution that can be drawn from."""

from typing import TYPE_CHECKING

import numpy as np

from recipes.baselines.gaussian import gaussian
from recipes.baselines.pca import pca
from recipes.data.splits import Splits
from recipes.figures import interpolations, samples, scatter
from recipes.metrics.precision_recall import precision_recall
from recipes.publishing import Drawing, Report, row

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from zoo.autoencoder import Autoencoder

COMPONENTS = 50  # of the space that distances are taken in: nine tenths of MNIST's variance, and less noise than pixels
MOST = 5000  # samples that are compared, and as many real ones
NEIGHBOUR = 3
MEASURES = {
    "sample_precision": f"share of samples that lie among real images (Kynkaanniemi et al. 2019, k = {NEIGHBOUR}, in "
    f"the space of {COMPONENTS} principal components of the training images; as many samples as images).",
    "sample_recall": "share of real images that lie among the samples, likewise.",
}
SEED = 0


def able(model: "Autoencoder") -> bool:
    """Says whether the model makes samples."""
    return hasattr(model, "sample")


def measure(model: "Autoencoder", splits: Splits, codes: dict[str, np.ndarray]) -> Report:
    """Measures samples against validation and test images; beside them training images, and draws from a Gaussian."""
    report = Report()
    encode, _ = pca(splits.train.x, COMPONENTS)
    features = {part: encode(splits[part].x[:MOST]).astype("float32") for part in ("validation", "test")}

    def numbers(part: str, made: np.ndarray) -> dict[str, float]:
        real, made = features[part], encode(made).astype("float32")
        n = min(len(real), len(made))  # the two shares are comparable only for equal numbers
        return dict(zip(MEASURES, precision_recall(real[:n], made[:n], NEIGHBOUR), strict=True))

    made = model.sample(max(map(len, features.values())), seed=SEED)
    report.validation, report.test = numbers("validation", made), numbers("test", made)
    others = {
        "training images": (splits.train.x[:MOST], "real images in the samples' place, same measure"),
        f"Gaussian, PCA-{COMPONENTS}": (
            gaussian(splits.train.x, COMPONENTS)(len(made), SEED),
            "draws from a normal distribution fitted to the training images' components, same measure",
        ),
    }
    for name, (images, protocol) in others.items():
        found = numbers("test", images)
        report.baselines += [row(name, key, value, protocol, "measured here") for key, value in found.items()]
    return report


def draw(model: "Autoencoder", splits: Splits, codes: dict[str, np.ndarray]) -> dict[str, Drawing]:
    """Draws samples beside real ones, and the way from each test picture that is shown to the next.

    Between samples of different labels a model that knows these has no way.
    Of what is no picture, both lie in the plane of the training samples' first two principal components.
    """

    def in_a_plane() -> "Figure":
        encode, _ = pca(splits.train.x, 2)
        planes = {"samples": encode(model.sample(len(splits.test), seed=SEED)), "test data": encode(splits.test.x)}
        return scatter.draw(planes, None, (), f"{model.name}: samples beside test data")

    def sampled() -> "Figure":
        groups = {"samples": model.sample(64, seed=SEED), "test images": splits.test.x[:64]}
        return samples.draw(groups, f"{model.name}: samples beside test images")

    def interpolated() -> "Figure":
        first = splits.test.x[splits.shown()]
        pairs = np.stack([first, np.roll(first, -1, axis=0)], axis=1)
        between = np.stack([model.interpolate(a, b, steps=9) for a, b in pairs])
        return interpolations.draw(pairs, between, f"{model.name}: between test images")

    if not splits.pictures:
        return {"samples": in_a_plane}
    return {"samples": sampled, **({"interpolations": interpolated} if model.targets_are_samples else {})}
