"""What `run` of every recipe of samples does: load, build, fit, and, when all is measured and drawn, publish."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from recipes import running
from recipes.running.samples import SampleOptions
from zoo import UsageError

if TYPE_CHECKING:
    import tensorflow as tf

    from recipes.data.splits import Measured, Part, Splits
    from recipes.publishing import Drawing, Report
    from recipes.training import Progress
    from zoo.autoencoder import Autoencoder


@dataclass(frozen=True)
class Trained:
    """A trained model.

    Attributes:
        model: The model, of samples.
        progress: How its training went.
        codes: The codes of each part's samples, where they are looked at.
    """

    model: Autoencoder
    progress: Progress
    codes: dict[str, np.ndarray] = field(default_factory=dict)


def load(config: SampleOptions) -> Splits:
    """Loads the data that the options name, and says what they are.

    Raises:
        UsageError: If they are not what they should be.
    """
    from recipes.data import sources

    asked = ("label", "columns", "header", "categories", "scaling", "size", "channels", "framing", "white")
    options = {name: getattr(config, name) for name in asked}
    splits = sources.load(config.data, seed=config.seed, **options)
    print(f"{splits.name}, from {splits.source}: {splits.split}.")
    if splits.notes:
        print(splits.notes)
    return splits


def adapted(config: running.Options, splits: Measured) -> running.Options:
    """Returns the options with the hyperparameters that the data, and options of the recipe's own, ask for."""
    asked = {**config.hyperparameters, **splits.hyperparameters, **config.fixed()}
    return dataclasses.replace(config, hyperparameters=asked)


def build(config: SampleOptions, splits: Splits) -> Autoencoder:
    """Builds the configured model for the data's samples."""
    return running.build(adapted(config, splits), splits.shape)


def fit(
    config: SampleOptions,
    splits: Splits,
    model: Autoencoder,
    folder: Path,
    augment: Callable[[tf.Tensor, tf.Tensor], tf.Tensor] | None = None,
    *,
    gives_labels: bool = False,
) -> Trained:
    """Trains a model and encodes all samples.

    Args:
        config: The options.
        splits: The data.
        model: What `build` returned.
        folder: The folder that the run works in.
        augment: From a batch of training samples and a seed to the batch to train on.
        gives_labels: Whether a model with classes is given the labels of samples, which are then not augmented.

    Raises:
        UsageError: If the model has classes, and the recipe gives none, or the data have other labels.
    """
    from recipes import training
    from zoo import precision

    if takes_labels(model) and not gives_labels:
        raise UsageError("This recipe gives models no labels: leave out --classes, or run recipes.generate with it.")
    options = running.fitting(adapted(config, splits), len(splits.training))
    parts = labelled(model, splits, options) if takes_labels(model) else (splits.training, splits.validation.x)
    progress = training.fit(model, *parts, folder=folder, augment=augment, **options)
    return trained(precision.in_float32(model), splits, progress)


def trained(model: Autoencoder, splits: Splits, progress: Progress) -> Trained:
    """Returns a trained model with the codes of all samples."""
    return Trained(model, progress, {part: encoded(model, splits[part]) for part in splits})


def takes_labels(model: Autoencoder) -> bool:
    """Says whether a model knows what samples show."""
    return not model.targets_are_samples


def encoded(model: Any, part: Part) -> np.ndarray:
    """Returns the codes of a part's samples; a model that knows labels gets these too."""
    return model.encode(part.x, part.y) if takes_labels(model) else model.encode(part.x)


def check_labels(model: Any, splits: Splits) -> None:
    """Raises `UsageError` if a model knows other labels than the data have."""
    if takes_labels(model) and model.classes != len(splits.labels):
        raise UsageError(
            f"--classes must be {len(splits.labels)}, as many as {splits.name} has labels. Received: {model.classes}."
        )


def labelled(model: Any, splits: Splits, options: dict[str, Any]) -> tuple[Any, Any]:
    """Returns what a model with classes is trained and validated on; the options get what tells the data from others.

    Raises:
        UsageError: If it has other classes than the data have labels, or these are not in memory.
    """
    from recipes.training import labelled

    check_labels(model, splits)
    if splits.streamed is not None:
        raise UsageError(
            f"--classes must be left out for data that are read while training, as {splits.name} are: give one file."
        )
    options["identity"]["samples"] = splits.checksum
    train, validation = splits.train, splits.validation
    batches = labelled.training(train.x, train.y, options["batch_size"], options["seed"])
    return batches, labelled.validation(validation.x, validation.y)


def publish(
    recipe: str,
    config: running.Options,
    splits: Measured,
    made: Trained,
    report: Report,
    draw: Callable[[], Mapping[str, Drawing]],
    *,
    earlier: Mapping[str, Any] | None = None,
    words: str | None = None,
) -> dict[str, float]:
    """Exports a model of raw values with its numbers, its card and, at last, its figures; prints a table.

    Args:
        recipe: The recipe's name.
        config: The options.
        splits: The data.
        made: The model, of samples, and how its training went.
        report: What was measured.
        draw: Gives, by file name without ending, what draws a figure; the first leads the card.
        words: The recipe whose card's words fit, if not this one's.
        earlier: Of a model that was loaded, `train`, `model` and `seed` of its own record.

    Returns:
        The test numbers by name.
    """
    from recipes import publishing

    export = splits.wrap(made.model)
    given = adapted(config, splits).hyperparameters
    record = publishing.record(recipe, config, export, splits, made.progress, report, given, earlier)
    publishing.publish(
        export,
        config.folder(recipe),
        record=record,
        explained=report.explained,
        draw=draw,
        recipe=words or recipe,
        formats=config.formats or (),
        examples=splits.examples(),
        calibration=splits.calibration(),
        again=report.again,
        inputs=splits.inputs(),
        files=report.files,
    )
    print(f"\n{publishing.table(record)}\n\nExported to {config.folder(recipe)}/")
    return report.test
