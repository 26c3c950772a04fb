"""Make new samples with a generative model: draws, a plane of its codes, ways between samples, and a short film.

    python -m recipes.generate --model vae                          # trains on 5,000 digits that a dependency ships
    python -m recipes.generate --load exported/mnist-vae --data data/mnist    # 1 minute: uses what was trained
    python -m recipes.generate --data PHOTOS --size 64 --latent-dim 32      # a folder of pictures
    python -m recipes.generate --model vae --classes 10           # knows the labels: it makes the digit that one wants

Samples are measured by precision (the share of samples among real ones) and recall (the share of real ones among
samples), next to those of real samples, which no model is expected to pass, and of a normal distribution.
"""

from __future__ import annotations

import dataclasses
import inspect
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

import zoo
from recipes import running
from recipes.running import pipeline
from recipes.running.samples import SampleOptions
from zoo import UsageError, registry
from zoo.checks import guarded

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from recipes.data.splits import Splits
    from recipes.publishing import Drawing
    from recipes.running.pipeline import Trained
    from zoo.autoencoder import Autoencoder

RECIPE = "generate"
NUMBERS = ("epochs", "best_epoch", "seconds", "seconds_per_epoch", "parameters", "seed")  # of an export's record
GRID = 11  # codes to a side of the plane
EDGE = 0.03  # the plane leaves out so much of the prior at each side
FRAMES = 6  # of the film, from one digit to the next


@dataclass(frozen=True)
class Config(SampleOptions):
    """The recipe's options."""

    AIMS: ClassVar[Mapping[str, str]] = {"sample_precision": "max"}
    model: str = "vae"
    """The name of a model that can sample; its hyperparameters follow below, and other models have others."""
    prior: Literal["own", "mixture"] = "own"
    """The distribution of codes to draw from: the model's own prior, or a Gaussian mixture fitted to the codes of the
    training samples, for any model with a vector code."""
    load: Path | None = None
    """An export of recipes.mnist or another recipe, to be used instead of training."""

    def trains(self) -> bool:
        """Says whether a run trains: not where an export is used."""
        return self.load is None


def run(config: Config) -> dict[str, float]:
    """Trains or loads, samples, measures, draws and exports; prints a table.

    Args:
        config: The options.

    Returns:
        The test numbers by name.

    Raises:
        UsageError: If an option, the data or a folder is not what it should be, or the model cannot sample.
    """
    from recipes.publishing import Report

    source = recorded(config.load) if config.load else None
    if source:
        config = dataclasses.replace(config, model=source["model"]["name"], hyperparameters={})
    with running.workspace(RECIPE, config) as folder:
        splits = pipeline.load(config)
        made = loaded(config, splits) if config.load else trained(config, splits, folder)
        report = Report()
        for ability in able(made.model):
            report.add(ability.measure(made.model, splits, made.codes), ability.MEASURES)
        return pipeline.publish(RECIPE, config, splits, made, report, lambda: draw(made, splits), earlier=source)


def able(model: Autoencoder) -> list[ModuleType]:
    """Returns what is measured and drawn of a model that makes samples."""
    from recipes.abilities import classes, generation

    return [classes, generation] if classes.able(model) else [generation]


def recorded(folder: Path) -> dict[str, Any]:
    """Returns the record of the export in a folder.

    Raises:
        UsageError: If there is none, or it is damaged.
    """
    file = folder / "metrics.json"
    if not file.is_file():
        raise UsageError(f"{file} is not there: --load takes an export's folder, such as recipes.mnist makes.")
    with guarded(file, "is damaged", "fetch or export it again"):
        record = json.loads(file.read_text("utf-8"))
        model, train = dict(record["model"]), dict(record["train"])
        registry.outline(model["name"])
        known = {**train, "parameters": model["parameters"], "seed": record["seed"]}
        if wrong := [name for name in NUMBERS if not math.isfinite(float(known[name]))]:
            raise ValueError(f"its {wrong[0]} is no number")
        model["hyperparameters"] = dict(model["hyperparameters"])
        return {"train": {**train, "processor": str(train["processor"])}, "model": model, "seed": int(record["seed"])}


def loaded(config: Config, splits: Splits) -> Trained:
    """Returns the model of an export; what it says of its training stands for the progress, which is blank.

    Raises:
        UsageError: If it is not there, cannot sample, or takes other samples.
    """
    from recipes.training import Progress
    from zoo.wrappers.raw import Raw

    folder: Any = config.load
    model: Any = zoo.load(folder)
    while isinstance(model, Raw):  # the model of samples inside
        model = model.model
    sampler = with_prior(config, model)
    taken = tuple(model.encoder.inputs[0].shape[1:])
    if taken != splits.shape:
        raise UsageError(f"{folder} takes samples of shape {taken}. Received: {splits.name}, of shape {splits.shape}.")
    pipeline.check_labels(model, splits)
    made = pipeline.trained(model, splits, Progress(seconds=[0.0], history={"val_loss": [0.0]}))
    return dataclasses.replace(made, model=fitted(sampler, splits, config.seed))


def trained(config: Config, splits: Splits, folder: Path) -> Trained:
    """Builds and trains the configured model."""
    model = pipeline.build(config, splits)
    with_prior(config, model)  # before the training, which would be lost
    made = pipeline.fit(config, splits, model, folder, gives_labels=True)
    return dataclasses.replace(made, model=fitted(with_prior(config, made.model), splits, config.seed))


def with_prior(config: Config, model: Autoencoder) -> Autoencoder:
    """Returns the model with the prior that the options name.

    Raises:
        UsageError: If it cannot sample so.
    """
    from zoo.wrappers.mixture_prior import MixturePrior

    if config.prior == "mixture" and pipeline.takes_labels(model):
        raise UsageError("--prior mixture is for models without labels: leave out one of --prior and --classes.")
    if config.prior == "mixture" and not isinstance(model, MixturePrior):
        return MixturePrior(model)
    check_it_samples(model)
    return model


def fitted(model: Any, splits: Splits, seed: int) -> Autoencoder:
    """Fits a mixture to the codes of training samples; validation samples choose its components."""
    if not hasattr(model, "fit_prior"):
        return model
    return model.fit_prior(splits.train.x, splits.validation.x, seed=seed)


def check_it_samples(model: Autoencoder) -> None:
    """Raises `UsageError` for a model that cannot sample, and names those that can."""
    from recipes.abilities import generation

    if generation.able(model):
        return
    returned = {
        name: inspect.signature(registry.find(name), eval_str=True).return_annotation
        for name in zoo.list_models(data="pixels")
    }
    able = ", ".join(name for name, kind in returned.items() if generation.able(kind))
    raise UsageError(
        f"{model.name} cannot make samples: its codes follow no known distribution. Choose from: {able}; or add "
        "--prior mixture."
    )


def draw(made: Trained, splits: Splits) -> dict[str, Drawing]:
    """Draws samples and the training; of pictures also a plane of two units of the code, and a film of all.

    Codes of one unit have no such plane, nor has a mixture; what knows labels shows each code with all of them.
    """
    from recipes.figures import curves, latent_grid
    from recipes.figures.animation import Film

    model, codes = made.model, made.codes["train"]

    def grid() -> Figure:
        images, values, units = plane(model, codes)
        title = f"{model.name}: a plane of its codes" + (", all else 0" if codes[0].size > 2 else "")
        return latent_grid.draw(images, values, units, title)

    figures: dict[str, Drawing] = {}
    for ability in able(model):
        figures |= ability.draw(model, splits, made.codes)
    if "loss" in (history := made.progress.history):  # nothing is known of the training of what was loaded
        figures["curves"] = lambda: curves.draw(history, made.progress.best_epoch, f"{model.name}: training")
    if splits.pictures and model.targets_are_samples:
        if codes[0].size > 1 and not hasattr(model, "fit_prior"):
            figures["latent_grid"] = grid
        figures["film"] = lambda: Film(film(model, splits.test.x[splits.shown()]))
    return figures


def plane(model: Autoencoder, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray, tuple[int, int]]:
    """Decodes a plane of codes: two units at the prior's quantiles, so that each place is as likely, the others at 0.

    Args:
        model: A model whose prior is standard normal.
        codes: Shape `(n, *code_shape)`, of at least two units: those that vary most are taken.

    Returns:
        Images, shape `(GRID, GRID, *input_shape)`, the first unit's values from left to right and the second's from row
        to row; the values, shape `(GRID,)`; and the two units.
    """
    variances = codes.reshape(len(codes), -1).var(axis=0)
    first, second = sorted(np.argsort(-variances, kind="stable")[:2].tolist())
    values = np.array([NormalDist().inv_cdf(share) for share in np.linspace(EDGE, 1 - EDGE, GRID)])
    grid = np.zeros((GRID, GRID, variances.size), "float32")
    grid[..., first] = values
    grid[..., second] = values[:, None]
    images = model.decode(grid.reshape(-1, *codes.shape[1:]))
    return images.reshape(GRID, GRID, *images.shape[1:]), values, (first, second)


def film(model: Autoencoder, stations: np.ndarray) -> np.ndarray:
    """Returns the frames of a walk from each picture to the next, and from the last back to the first.

    Args:
        model: A model that interpolates.
        stations: Shape `(n, *input_shape)`.

    Returns:
        Shape `(n * FRAMES, *input_shape)`.
    """
    ways = [model.interpolate(a, b, FRAMES + 1) for a, b in zip(stations, np.roll(stations, -1, axis=0), strict=True)]
    return np.concatenate([way[:-1] for way in ways])  # each ends where the next begins


if __name__ == "__main__":
    running.main(RECIPE, Config, run)
