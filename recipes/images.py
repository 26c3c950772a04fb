"""Train on a folder of photographs to remove noise, to enlarge or to color; measure, draw and export the model.

    python -m recipes.images                                      # photographs that a dependency ships: 4 minutes
    python -m recipes.images --task super_resolution --scale 3 --data PHOTOS
    python -m recipes.images --inputs NOISY --targets CLEAN       # pairs, matched by name
    python -m recipes.images --task reconstruct --model convolutional --data FACES --size 64    # any model
    python -m recipes.images --apply exported/images-denoise-25 IN OUT    # a picture or a folder

Pictures are split by file. The network is trained on patches and measured on whole pictures, with the usual baselines:
filters against noise, bicubic interpolation, grey.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import zoo
from recipes import running
from recipes.tasks import features
from zoo import UsageError, checks

if TYPE_CHECKING:
    import tensorflow as tf

    from recipes.data.images import Images
    from recipes.publishing import Drawing
    from recipes.tasks.pictures.restoration import Restoration
    from recipes.training import Progress
    from zoo.families.restorer import Restorer

RECIPE = "images"
VALIDATED = 160  # pixels a side, at most, of what the loss is watched on


@dataclass(frozen=True)
class Config(running.Options):
    """The recipe's options."""

    KINDS: ClassVar[tuple[str, ...]] = ("pictures",)
    NEEDS: ClassVar[frozenset[str]] = frozenset({"task"})
    FREE: ClassVar[tuple[str, ...]] = (*running.Options.FREE, "apply", "self_ensemble", "trust", "bm3d")
    AIMS: ClassVar[Mapping[str, str]] = {"psnr*": "max", "ciede*": "min"}
    model: str = "restorer"
    data: str = "sample"
    """sample (14 photographs from the package scikit-image), or the path to a folder of pictures, nested or flat."""
    inputs: str | None = None
    """The folder of inputs, for training on pairs; with --targets, and instead of --data."""
    targets: str | None = None
    """The folder of targets, with the same names as their inputs."""
    test: str | None = None
    """A folder of test pictures; for pairs, one that holds the folders inputs and targets. If not given, one picture in
    ten is kept for the test."""
    channels: Literal[1, 3] = 3
    """1 for grey, 3 for color; --task colorize starts from grey in any case."""
    white: float | None = None
    """The value that is white in pictures of 16 bits or of floating point, in training and with --apply. If not given,
    it is found from the files, and a line says what was assumed."""
    patch_size: int = 64
    """Height and width of the patches to train on; a multiple of the scale."""
    steps: int = 100
    """Training steps per epoch."""
    epochs: int = 12
    """Epochs to train for; the last weights' moving average is kept, and --patience is not used."""
    batch_size: int = 16
    """Patches per training step."""
    schedule: Literal["constant", "cosine"] = "cosine"
    """The learning rate's schedule: constant, or half a cosine down to 0 over all epochs."""
    warmup_steps: int = 100
    """Raise the learning rate from almost 0 over this many steps of the first epoch, which helps deep networks."""
    out: Path | None = None
    """The folder to export to; exported/images-TASK if not given. An export already there is replaced at the end."""
    bm3d: bool = False
    """Also compare denoising with BM3D, which takes seconds per picture and needs the package bm3d."""
    apply: tuple[Path, Path, Path] | None = None
    """Instead of training: an export, a picture or a folder of pictures of any size, and where to write the results. An
    export is code: one that could reach files, the network or other programs is refused."""
    self_ensemble: bool = False
    """With --apply, average over flips and turns: a little better, eight times as slow."""
    trust: bool = False
    """With --apply, use someone else's export even if it could reach files, the network or other programs."""

    def trains(self) -> bool:
        """Says whether a run trains: not where an export is applied."""
        return self.apply is None

    def folder(self, recipe: str) -> Path:
        """Returns the folder to export to, named after the task."""
        return self.out or running.EXPORTED / f"{recipe}-{running.hyperparameters(self)['task']}"


@dataclass(frozen=True)
class Whole(features.FeatureOptions):
    """The options of models of pictures of one size, which reconstruct whole pictures."""

    model: str = "convolutional"
    """The model's name; its hyperparameters follow below, and other models have others."""
    task: Literal["reconstruct"] = "reconstruct"
    """The model's task; other tasks need --model restorer."""
    schedule: Literal["constant", "cosine"] = "cosine"
    """The learning rate's schedule: constant, or half a cosine down to 0 over all epochs."""
    shift: int = 2
    """Shift each training picture by up to this many pixels each way, drawn anew each epoch; measures use pictures as
    they are."""
    mirror: bool = True
    """Mirror each training picture left to right with a probability of a half, drawn anew each epoch."""
    size: tuple[int, ...] | None = (64,)
    """For a folder of pictures: the height and width to resize to, or one number for both."""


def reconstruct(config: Whole) -> dict[str, float]:
    """Trains a model of pictures of one size, measures it beside PCA, draws and exports it, as `recipes.features`."""
    return features.run(RECIPE, config, words="features")


def run(config: Config) -> dict[str, float]:
    """Trains, measures, draws and exports, and prints a table; or applies an export.

    Args:
        config: The options.

    Returns:
        The test numbers by name; where an export is applied, how many pictures were done and how many failed.

    Raises:
        UsageError: If an option, the data or a folder is not what it should be.
    """
    if config.apply:
        return applied(*config.apply, ensemble=config.self_ensemble, trusted=config.trust, white=config.white)
    from recipes import publishing
    from recipes.data import images as data
    from recipes.tasks.pictures.restoration import Restoration
    from zoo import precision

    options = checked(config)
    grey_in = options["task"] == "colorize"
    with running.workspace(RECIPE, config) as folder:
        images = data.load(
            config.data,
            inputs=config.inputs,
            targets=config.targets,
            test=config.test,
            channels=3 if grey_in else config.channels,
            color=grey_in,
            smallest=config.patch_size,
            white=config.white,
            seed=config.seed,
        )
        print(f"{images.name}, from {images.source}: {images.split}.")
        if images.notes or images.skipped:
            print(images.summary())
        model = running.build(config, (None, None, 1 if grey_in else config.channels))
        progress = fit(model, config, images, folder)
        model = precision.in_float32(model)
        restoration = Restoration(model, options, images)
        report = restoration.measure(images)
        record = publishing.record(RECIPE, config, model, images, progress, report)
        publishing.publish(
            model,
            config.folder(RECIPE),
            record=record,
            explained=report.explained,
            draw=lambda: draw(config, restoration, images, progress),
            recipe=RECIPE,
            formats=config.formats or (),
            examples=restoration.examples(),
            calibration=restoration.calibration(images),
            again=report.again,
        )
    print(f"\n{publishing.table(record)}\n\nExported to {config.folder(RECIPE)}/")
    return report.test


def checked(config: Config) -> dict[str, Any]:
    """Returns the model's hyperparameters, and what else the task needs.

    Raises:
        UsageError: If options do not go together.
    """
    options = running.hyperparameters(config)
    for name in ("patch_size", "steps"):
        checks.positive_integer(name, getattr(config, name))
    if config.health:
        raise UsageError("--health looks at codes of one length: leave it out for pictures.")
    if config.inputs is not None and options["task"] != "denoise":
        raise UsageError(
            f"--inputs and --targets go with --task denoise. Received: --task {options['task']}. Leave --task out."
        )
    if config.bm3d and options["task"] != "denoise":
        raise UsageError(f"--bm3d compares denoising with BM3D. Received: --task {options['task']}.")
    scale = options["scale"] if options["task"] == "super_resolution" else 1
    checks.positive_integer("scale", scale)
    if config.patch_size % scale:
        nearest = -(-config.patch_size // scale) * scale
        raise UsageError(
            f"--patch-size must be a multiple of the scale, {scale}. Received: {config.patch_size}. Write "
            f"--patch-size {nearest}."
        )
    return {**options, "bm3d": config.bm3d}


def fit(model: Restorer, config: Config, images: Images, folder: Path) -> Progress:
    """Trains on patches; the loss is watched on the middles of the validation pictures."""
    import tensorflow as tf

    from recipes import training
    from recipes.training.patches import middles, patches

    train, size = images.train, config.patch_size

    def batches(epoch: tf.Variable) -> tf.data.Dataset:
        inputs = train.inputs or None
        return patches(train.pictures, size, config.batch_size, config.steps, config.seed, epoch, inputs=inputs)

    watched = images.validation
    side = min(VALIDATED, *(min(picture.shape[:2]) for picture in watched.pictures))
    cut = tuple(middles(kind, side) for kind in (watched.inputs, watched.pictures) if kind)  # of pairs, both
    validation = tf.data.Dataset.from_tensor_slices(cut if len(cut) > 1 else cut[0]).batch(8)
    fitting = running.fitting(config)
    fitting["identity"]["samples"] = images.checksum
    return training.fit(model, batches, validation, folder=folder, monitor=None, **fitting)


def draw(config: Config, restoration: Restoration, images: Images, progress: Progress) -> dict[str, Drawing]:
    """Draws test pictures restored by the model and its baselines, the training, and the task's own figures."""
    from recipes.figures import curves, restorations

    title = f"{config.model}: {restoration.description}"
    return {
        "restorations": lambda: restorations.draw(restoration.panels(config.model), f"{title}; test pictures"),
        "curves": lambda: curves.draw(progress.history, progress.best_epoch, f"{title}; training"),
        **restoration.figures(config.model, images),
    }


def applied(
    model: Path, source: Path, target: Path, *, ensemble: bool, trusted: bool, white: float | None
) -> dict[str, float]:
    """Applies an export to a picture or a folder, and says what could not be done.

    Raises:
        UsageError: If a path cannot be used, or no picture could be done.
        SystemExit: With status 1, if some could not be done; with 130 after Ctrl-C.
    """
    from recipes.tasks.pictures.applying import apply

    try:
        done = apply(model, source, target, ensemble=ensemble, trusted=trusted, white=white)
    except KeyboardInterrupt as interrupt:  # nothing that could be resumed
        print(f"\n{interrupt or 'Stopped.'}", file=sys.stderr)
        raise SystemExit(running.status_of(interrupt)) from None
    print(f"\n{done.summary()}")
    if done.failed:
        raise SystemExit(1)
    return {"done": len(done.done), "failed": len(done.failed)}


def entry(arguments: list[str]) -> running.Entry:
    """Returns options and what runs them: for a model of pictures of any size, or for one of pictures of one size."""
    name = running.value_of("--model", arguments)
    if name in set(zoo.list_models(data="pixels")) - set(zoo.list_models(data="pictures")):
        return running.Entry(RECIPE, Whole, reconstruct)
    return running.Entry(RECIPE, Config, run)


def main() -> None:
    """Parses the command line and runs the recipe."""
    running.main(*entry(sys.argv[1:]))


if __name__ == "__main__":
    main()
