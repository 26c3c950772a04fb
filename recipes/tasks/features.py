"""Features: how much a code keeps of samples and of their labels, compared with PCA and the samples themselves."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from recipes import running
from recipes.metrics.activity import active, active_share, dead_share
from recipes.metrics.cross_entropy import cross_entropy
from recipes.metrics.squared_error import squared_error
from recipes.running.samples import SampleOptions
from zoo import UsageError, checks

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from recipes.data.splits import Splits
    from recipes.publishing import Artifact, Drawing, Report
    from recipes.running.pipeline import Trained
    from zoo.autoencoder import Autoencoder
    from zoo.kinds import Kind


@dataclass(frozen=True)
class FeatureOptions(SampleOptions):
    """What recipes of features take."""

    AIMS: ClassVar[Mapping[str, str]] = {"bce": "min", "mse": "min"}
    shift: int = 0
    """Shift each training picture by up to this many pixels each way, drawn anew each epoch; measures use pictures as
    they are."""
    mirror: bool = False
    """Mirror each training picture left to right with a probability of a half, drawn anew each epoch."""


def run(recipe: str, config: FeatureOptions, words: str | None = None) -> dict[str, float]:
    """Trains, measures, draws and exports; prints a table.

    Args:
        recipe: The recipe's name.
        config: Its options.
        words: The recipe whose card's words fit, if not its own.

    Returns:
        The test numbers by name.

    Raises:
        UsageError: If an option, the data or the output folder is not what it should be.
    """
    from recipes.running import pipeline

    with running.workspace(recipe, config) as folder:
        splits = pipeline.load(config)
        model = pipeline.build(config, splits)
        made = pipeline.fit(config, splits, model, folder, augmentation(config, splits))
        report = measure(made, splits)
        return pipeline.publish(recipe, config, splits, made, report, lambda: draw(made, splits), words=words)


def augmentation(config: FeatureOptions, splits: Splits) -> Callable[..., Any] | None:
    """Returns what changes training pictures, if anything shall."""
    from recipes.training.augmentation import mirrored, shifted

    checks.not_negative("shift", config.shift)
    if (config.shift or config.mirror) and not splits.pictures:
        raise UsageError(
            f"--shift and --mirror are for pictures. Received: samples of shape {splits.shape}. Take recipes.features "
            "without them."
        )
    shift = functools.partial(shifted, most=config.shift) if config.shift else None
    if not config.mirror:
        return shift
    return lambda images, seed: mirrored(shift(images, seed) if shift else images, seed)


def measure(made: Trained, splits: Splits) -> Report:
    """Measures the model, its abilities and the baselines, PCA and raw samples, on validation and test data."""
    from recipes import abilities
    from recipes.publishing import Report

    report = Report(again=functools.partial(again, splits, made.model.kind))
    probe = probed(made.codes, splits)
    for part in ("validation", "test"):
        codes = made.codes[part]
        setattr(report, part, numbers(splits[part].x, codes, made.model.decode(codes), probe[part], made.model.kind))
    report.baselines += baselines(made, splits, report.test["active_share"])
    for ability in abilities.of(made.model):
        report.add(ability.measure(made.model, splits, made.codes), ability.MEASURES)
    return report


def again(splits: Splits, kind: Kind, artifact: Artifact) -> dict[str, float]:
    """Returns those test numbers that are of codes and reconstructions, as a rounded export has them."""
    codes = {part: artifact.of_rows("encode", x=splits.raw(splits[part].x))["code"] for part in splits}
    reconstruction = artifact.of_rows("serving_default", x=splits.raw(splits.test.x))["reconstruction"]
    probe = probed(codes, splits)["test"]
    return numbers(splits.test.x, codes["test"], splits.units.samples(reconstruction), probe, kind)


def numbers(
    x: np.ndarray, codes: np.ndarray, reconstruction: np.ndarray, probe: Mapping[str, float], kind: Kind
) -> dict[str, float]:
    """Returns the measures of samples' codes and reconstructions by name, with what a probe of the codes found."""
    found = {"bce": cross_entropy(x, reconstruction)} if kind.bernoulli else {}
    error = squared_error(x, reconstruction)
    found |= {"mse": error, "sse": error * x[0].size, **probe}
    return found | {"active_share": active_share(codes), "dead_share": dead_share(codes)}


def probed(codes: dict[str, np.ndarray], splits: Splits) -> dict[str, dict[str, float]]:
    """Returns by part how many labels a linear classifier misreads from codes; nothing where there are no labels."""
    from recipes.metrics.linear_probe import linear_probe

    if not splits.labels:
        return {part: {} for part in splits}
    return {part: {"probe_error": error} for part, error in linear_probe(codes, splits).items()}


def baselines(made: Trained, splits: Splits, active_share: float) -> list[dict[str, Any]]:
    """Returns rows of PCA, as long as the code and as long as units of it are active, and of the samples themselves."""
    from recipes.baselines.pca import pca
    from recipes.publishing import row

    rows = []
    x, width = {part: splits[part].x for part in splits}, made.codes["test"][0].size
    active = max(1, round(active_share * width))
    for dimensions, why in {width: "the code's length", active: "as many as units are active"}.items():
        if dimensions >= splits.train.x[0].size:  # nothing is lost, and nothing compared
            continue
        encode, decode = pca(splits.train.x, dimensions)
        codes = {part: encode(values) for part, values in x.items()}
        error = squared_error(splits.test.x, decode(codes["test"]))
        numbers = {"mse": error, "sse": error * splits.test.x[0].size}
        rows += [(f"PCA-{codes['test'].shape[1]}", numbers, f"same split; {why}")]
        if dimensions == width:
            found = probed(codes, splits)["test"]
            rows += [(f"PCA-{codes['test'].shape[1]}", found, f"same split and probe; {why}")]
    raw = "raw pixels" if splits.pictures else "raw values"
    rows += [(raw, probed(x, splits)["test"], "same split and probe")]
    return [
        row(name, metric, value, protocol, "measured here")
        for name, numbers, protocol in rows
        for metric, value in numbers.items()
    ]


def draw(made: Trained, splits: Splits) -> dict[str, Drawing]:
    """Draws what a person wants to see first: reconstructions, curves, features, activity, and then abilities."""
    from recipes import abilities
    from recipes.figures import activity, curves, features, reconstructions

    model, name = made.model, made.model.name

    def restored() -> Figure:
        x = splits.test.x[splits.shown()]
        rows = {"input": x, "reconstruction": model.reconstruct(x)}
        return reconstructions.draw(rows, f"{name}: test samples and their reconstructions")

    def added() -> Figure:
        codes = made.codes["test"]
        title = f"{name}: what each unit adds (red brightens, blue darkens)"
        return features.draw(added_by_units(model, codes, active(codes)), title)

    figures: dict[str, Drawing] = {"reconstructions": restored} if splits.pictures else {}
    figures["curves"] = lambda: curves.draw(made.progress.history, made.progress.best_epoch, f"{name}: training")
    if splits.pictures:
        figures["features"] = added
    figures["activity"] = lambda: activity.draw(
        active(made.codes["test"]), f"{name}: activity of the code on test samples"
    )
    for ability in abilities.of(model):
        figures |= ability.draw(model, splits, made.codes)
    return figures


def added_by_units(model: Autoencoder, codes: np.ndarray, active: np.ndarray, most: int = 128) -> np.ndarray:
    """Returns what each unit adds to a picture: decoded with it high less decoded with it low, others at their mean.

    Args:
        model: The model.
        codes: Shape `(n, *code_shape)`.
        active: Shape `(n, units)`, which units are active; the most often active come first.
        most: How many units at the most.

    Returns:
        Differences of pixels, shape `(units, height, width)` or `(units, height, width, channels)`.
    """
    flat = codes.reshape(len(codes), -1)
    units = np.argsort(-active.mean(axis=0), kind="stable")[:most]
    low, high = np.repeat(flat.mean(axis=0)[None], 2 * len(units), axis=0).reshape(2, len(units), -1)
    low[range(len(units)), units], high[range(len(units)), units] = flat.min(axis=0)[units], flat.max(axis=0)[units]
    pictures = [model.decode(code.reshape(-1, *codes.shape[1:])) for code in (high, low)]
    return pictures[0] - pictures[1]
