"""Reduce each sample to a few numbers, compare the code with PCA's, draw both and export.

    python -m recipes.reduce                                                # 5,000 digits of a package: 1 minute
    python -m recipes.reduce --data data/mnist --batch-size 256             # all of MNIST: 10 minutes on 2 cores
    python -m recipes.reduce --data FILE.csv --label NAME --dimensions 2    # a table of numbers
    python -m recipes.reduce --data PHOTOS --size 64 --dimensions 2         # a folder of pictures

With two numbers, the 5 nearest neighbors in the code vote for the right label of 67% of the validation digits; in PCA's
code of 43%.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from recipes import running
from recipes.metrics.squared_error import squared_error
from recipes.running import pipeline
from recipes.running.samples import SampleOptions
from zoo import UsageError, registry

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from recipes.data.splits import Splits
    from recipes.publishing import Artifact, Drawing, Report
    from recipes.running.pipeline import Trained
    from zoo.autoencoder import Autoencoder

RECIPE = "reduce"
FEWEST = 11  # samples: trustworthiness wants 5 neighbours to be fewer than half of the others


@dataclass(frozen=True)
class Config(SampleOptions):
    """The recipe's options."""

    LARGEST_BATCH: ClassVar[int] = 32
    AIMS: ClassVar[Mapping[str, str]] = {"mse": "min"}
    PRESETS: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        # ReLU would leave two units of code nothing to be negative with; this one can be undone.
        "vanilla": {"hidden_units": (512, 128), "activation": "leaky_relu"}
    }
    model: str = "vanilla"
    """The name of a model with a vector code; its hyperparameters follow below, and other models have others."""
    dimensions: tuple[int, ...] = (2, 30)
    """The code's lengths, instead of --latent-dim. Each gets a model of its own, exported to
    exported/reduce-MODEL-LENGTH, or to OUT-LENGTH where there are several."""

    def fixed(self) -> dict[str, Any]:
        """Returns the code's length, where there is one."""
        return {"latent_dim": self.dimensions[0]} if len(self.dimensions) == 1 else {}

    def folder(self, recipe: str) -> Path:
        """Returns the folder to export to; with several dimensions, what their folders' names begin with."""
        several = len(self.dimensions) != 1
        return self.out or running.EXPORTED / f"{recipe}-{self.model}{'' if several else f'-{self.dimensions[0]}'}"

    def folders(self, recipe: str) -> list[Path]:
        """Returns the folders to export to, one for each dimension."""
        return [one.folder(recipe) for one in self.each(recipe)]

    def each(self, recipe: str) -> list[Config]:
        """Returns the options of each dimension alone."""
        if len(self.dimensions) == 1:
            return [self]
        out = self.folder(recipe)
        outs = [(dimension, out.with_name(f"{out.name}-{dimension}")) for dimension in self.dimensions]
        return [dataclasses.replace(self, dimensions=(dimension,), out=out) for dimension, out in outs]


def run(config: Config) -> dict[str, float]:
    """Trains, measures, draws and exports a model for each dimension; prints a table each.

    Args:
        config: The options.

    Returns:
        The test numbers by name with the dimension behind it, such as `mse_2`.

    Raises:
        UsageError: If an option, the data or the output folder is not what it should be.
    """
    _check_options(config)
    numbers: dict[str, float] = {}
    with running.workspace(RECIPE, config) as folder:
        splits = pipeline.load(config)
        _check_data(config, splits)
        for one in config.each(RECIPE):
            (dimension,) = one.dimensions
            found = reduce(one, splits, folder if one is config else folder / f"{dimension}")
            numbers |= {f"{name}_{dimension}": value for name, value in found.items()}
    return numbers


def reduce(config: Config, splits: Splits, folder: Path) -> dict[str, float]:
    """Does what `run` says for a single dimension, or finds it trained by the run that goes on."""
    import keras

    keras.utils.set_random_seed(config.seed)  # each as if it were the only one
    model = pipeline.build(config, splits)
    _check_code(config, model)
    made = pipeline.fit(config, splits, model, folder)
    report = measure(made, splits)
    return pipeline.publish(RECIPE, config, splits, made, report, lambda: draw(made, splits))


def measure(made: Trained, splits: Splits) -> Report:
    """Measures the code on validation and test data, its baselines: PCA of the same length, and no code at all."""
    from recipes.baselines.pca import pca
    from recipes.publishing import Report, row

    codes, dimension = made.codes, made.codes["train"].shape[1]
    encode, decode = pca(splits.train.x, dimension)
    raw = {part: splits[part].x for part in codes}
    ours = quality(splits, codes, made.model.decode)
    linear = quality(splits, {part: encode(x) for part, x in raw.items()}, decode)["test"]
    report = Report(test=ours["test"], validation=ours["validation"], again=functools.partial(again, splits))
    report.baselines += [
        row(f"PCA-{dimension}", name, value, "same split, same measure", "measured here")
        for name, value in linear.items()
    ]
    if splits.labels:
        report.baselines += [
            row("no reduction", name, value, "same split; the values themselves", "measured here")
            for name, value in by_label(splits, raw)["test"].items()
        ]
    return report


def again(splits: Splits, artifact: Artifact) -> dict[str, float]:
    """Returns the test numbers as a rounded export has them."""
    codes = {part: artifact.of_rows("encode", x=splits.raw(splits[part].x))["code"] for part in splits}
    decoded = functools.partial(artifact.of_rows, "decode")
    return quality(splits, codes, lambda code: splits.units.samples(decoded(code=code)["reconstruction"]))["test"]


def quality(
    splits: Splits, codes: dict[str, np.ndarray], decode: Callable[[np.ndarray], np.ndarray]
) -> dict[str, dict[str, float]]:
    """Returns each measure of a code by name, on "validation" and "test"."""
    from recipes.metrics.trustworthiness import trustworthiness

    labelled = by_label(splits, codes) if splits.labels else {}
    found: dict[str, dict[str, float]] = {}
    for part in ("validation", "test"):
        x = splits[part].x
        found[part] = {
            "mse": squared_error(x, decode(codes[part])),
            "trustworthiness": trustworthiness(x, codes[part]),
            **labelled.get(part, {}),
        }
    return found


def by_label(splits: Splits, codes: dict[str, np.ndarray]) -> dict[str, dict[str, float]]:
    """Returns the measures that need labels by name, on "validation" and "test"."""
    from recipes.metrics.neighbours import neighbour_accuracy
    from recipes.metrics.silhouette import silhouette

    accuracy = neighbour_accuracy(codes, splits)
    return {
        part: {"knn_accuracy": accuracy[part], "silhouette": silhouette(codes[part], splits[part].y)}
        for part in ("validation", "test")
    }


def draw(made: Trained, splits: Splits) -> dict[str, Drawing]:
    """Draws the code beside PCA's in the plane, pictures beside their reconstructions by both, and the training."""
    from recipes.baselines.pca import pca
    from recipes.figures import curves, reconstructions, scatter

    model, codes, dimension = made.model, made.codes, made.codes["train"].shape[1]
    encode, decode = pca(splits.train.x, dimension)
    title = f"{model.name}-{dimension}"
    linear = encode(splits.test.x)
    other = f"PCA-{linear.shape[1]}"

    def in_the_plane() -> Figure:
        seen = "" if dimension == 2 else ": the two directions of most spread"
        plane = codes["test"] if dimension == 2 else pca(codes["train"], 2)[0](codes["test"])
        planes = {f"{title}{seen}": plane, f"{other}{seen}": linear[:, :2]}
        labels = splits.test.y if splits.labels else None
        return scatter.draw(planes, labels, splits.labels, f"{splits.name}: codes of test data")

    def restored() -> Figure:
        first = splits.shown()
        rows = {"input": splits.test.x[first], title: model.decode(codes["test"][first]), other: decode(linear[first])}
        return reconstructions.draw(rows, "Test pictures and their reconstructions")

    return {
        "scatter": in_the_plane,
        **({"reconstructions": restored} if splits.pictures else {}),
        "curves": lambda: curves.draw(made.progress.history, made.progress.best_epoch, f"{title}: training"),
    }


def _check_options(config: Config) -> None:
    """Checks dimensions and model before anything is loaded."""
    known = registry.hyperparameters(registry.outline(config.model))
    if "latent_dim" not in known:
        raise UsageError(
            f"--model {config.model} has no latent_dim, which --dimensions gives: choose one that has, such as vanilla."
        )
    if config.hyperparameters.get("latent_dim", known["latent_dim"].default) != known["latent_dim"].default:
        raise UsageError("Give --dimensions in the place of --latent-dim.")
    listed = " ".join(map(str, config.dimensions))
    if not config.dimensions or min(config.dimensions) < 2 or len(set(config.dimensions)) < len(config.dimensions):
        raise UsageError(f"--dimensions must be different integers of at least 2. Received: {listed or 'none'}.")


def _check_data(config: Config, splits: Splits) -> None:
    """Checks that there is something to reduce, and enough to measure."""
    width = splits.train.x[0].size
    for dimension in config.dimensions:
        if dimension >= width:
            raise UsageError(
                f"--dimensions must be below the data's width, {width}. Received: {dimension}. "
                + ("Give --dimensions 2." if width > 2 else "There is nothing to reduce.")
            )
    for part in ("validation", "test"):
        y = splits[part].y
        if len(y) < FEWEST:
            raise UsageError(
                f"{splits.source} is too small: at least {FEWEST} samples must be left for {part}. Received: {len(y)}."
            )
        if splits.labels and not 1 < len(np.unique(y)) < len(y):
            raise UsageError(
                f"{splits.source}: the {len(y)} samples for {part} have {len(np.unique(y))} different labels: name a "
                "column with 2 labels or more, and fewer than samples, or leave --label out."
            )


def _check_code(config: Config, model: Autoencoder) -> None:
    """Checks that the code is as long as it should be."""
    shape = model.encoder.output_shape[1:]
    if shape != config.dimensions:
        raise UsageError(
            f"--model {config.model} has codes of shape {shape}: choose one with a vector code, such as vanilla."
        )


if __name__ == "__main__":
    running.main(RECIPE, Config, run)
