"""Train a compressor of pictures; write files with it, read them again, and compare them with JPEG, WebP and AVIF.

    python -m recipes.compress                                    # photographs that a dependency ships, in minutes
    python -m recipes.compress --data PHOTOS --model factorized --rates 0.01    # one rate
    python -m recipes.compress --data PHOTOS --test OTHERS --rates 0.002 0.1 --epochs 100 --precision mixed_bfloat16
    python -m serving.compress exported/compress-hyperprior IN.jpg OUT.azc --quality 60
    python -m serving.decompress exported/compress-hyperprior OUT.azc BACK.png

Pictures are split by file. The network is trained on patches and measured on whole pictures: each is written as a file
at several qualities and read again, and so it is as JPEG, WebP and AVIF. What is measured is what a person gets.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

import zoo
from recipes import running
from zoo import UsageError, checks

if TYPE_CHECKING:
    import tensorflow as tf

    from recipes.data.images import Images, Loaded
    from recipes.publishing import Drawing
    from recipes.tasks.compression.measuring import Compressor, Measured
    from recipes.training import Progress
    from zoo.autoencoder import Autoencoder

RECIPE = "compress"
VALIDATED = 256  # pixels a side, at most, of what the loss is watched on
BLOCK = 16  # pixels of a latent: patches of others would be filled up
EXAMPLES, EXAMPLE = 2, 20  # golden inputs, and their sides in pixels, at most: one that is filled up
TRIED = 24  # parts of pictures, of which those become golden inputs whose codes hang on no rounding
FAINT = 1e-3 / 255  # a change of a picture that no code should follow


@dataclass(frozen=True)
class Config(running.Options):
    """The recipe's options."""

    PRESETS: ClassVar[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
        {name: {"rates": (0.002, 0.1), "blocks": 2} for name in ("factorized", "hyperprior")}
    )
    KINDS: ClassVar[tuple[str, ...]] = ("pictures",)
    NEEDS: ClassVar[frozenset[str]] = frozenset({"rates"})
    FREE: ClassVar[tuple[str, ...]] = (*running.Options.FREE, "test")
    model: str = "hyperprior"
    data: str = "sample"
    """sample (14 photographs from the package scikit-image), or the path to a folder of pictures, nested or flat; to
    several, with a colon between them."""
    test: str | None = None
    """A folder of test pictures. If not given, one picture in ten is kept for the test."""
    channels: Literal[1, 3] = 3
    """1 for grey, 3 for color."""
    patch_size: int = 128
    """Height and width of the patches to train on; a multiple of 16."""
    steps: int = 200
    """Training steps per epoch."""
    epochs: int = 15
    """Epochs to train for; the last weights' moving average is kept, and --patience is not used."""
    batch_size: int = 8
    """Patches per training step."""
    schedule: Literal["constant", "cosine"] = "cosine"
    """The learning rate's schedule: constant, or half a cosine down to 0 over all epochs."""
    warmup_steps: int = 100
    """Raise the learning rate from almost 0 over this many steps of the first epoch."""


def run(config: Config) -> dict[str, float]:
    """Trains, measures, draws and exports, and prints a table.

    Args:
        config: The options.

    Returns:
        The test numbers by name.

    Raises:
        UsageError: If an option, the data or a folder is not what it should be.
    """
    from recipes import publishing
    from recipes.data import images as data
    from recipes.tasks.compression import measuring
    from zoo import precision

    check(config)
    with running.workspace(RECIPE, config) as folder:
        images = data.load(
            config.data, test=config.test, channels=config.channels, smallest=config.patch_size, seed=config.seed
        )
        print(f"{images.name}, from {images.source}: {images.split}.")
        if images.notes or images.skipped:
            print(images.summary())
        model = running.build(config, (None, None, config.channels))
        progress = fit(model, config, images, folder)
        model = precision.in_float32(model)
        with tempfile.TemporaryDirectory() as aside:
            compressor = measuring.Compressor(zoo.export(model, Path(aside, "export")), model)
            print(f"Writing and reading {len(images.test):,} test pictures at {len(compressor.qualities)} qualities.")
            measured = measuring.measure(compressor, images.validation, images.test)
            record = publishing.record(RECIPE, config, model, images, progress, measured.report)
            publishing.publish(
                model,
                config.folder(RECIPE),
                record=record,
                explained=measured.report.explained,
                draw=lambda: draw(config, compressor, measured, images, progress),
                recipe=RECIPE,
                examples=examples(model, images.test),
            )
    print(f"\n{publishing.table(record)}\n\nExported to {config.folder(RECIPE)}/")
    return measured.report.test


def check(config: Config) -> None:
    """Checks options.

    Raises:
        UsageError: If they do not go together.
    """
    for name in ("patch_size", "steps"):
        checks.positive_integer(name, getattr(config, name))
    if config.health:
        raise UsageError("--health looks at codes of one length: leave it out for pictures.")
    if config.patch_size % BLOCK:
        nearest = -(-config.patch_size // BLOCK) * BLOCK
        raise UsageError(
            f"--patch-size must be a multiple of {BLOCK}. Received: {config.patch_size}. Write --patch-size {nearest}."
        )


def fit(model: Autoencoder, config: Config, images: Images, folder: Path) -> Progress:
    """Trains on patches; the loss is watched on the middles of the validation pictures, at the middle quality."""
    import tensorflow as tf

    from recipes import training
    from recipes.training.patches import middles, patches

    def batches(epoch: tf.Variable) -> tf.data.Dataset:
        return patches(images.train.pictures, config.patch_size, config.batch_size, config.steps, config.seed, epoch)

    watched = images.validation.pictures
    side = min(VALIDATED, *(min(picture.shape[:2]) for picture in watched)) // BLOCK * BLOCK
    validation = tf.data.Dataset.from_tensor_slices(middles(watched, side)).batch(4)
    fitting = running.fitting(config)
    fitting["identity"]["samples"] = images.checksum
    return training.fit(model, batches, validation, folder=folder, monitor=None, **fitting)


def examples(model: Autoencoder, part: Loaded) -> np.ndarray:
    """Returns golden inputs: parts of pictures, of one size, in [0, 1].

    Where a latent lies between two whole numbers, another machine may round it to the other one: of many parts, those
    are taken whose codes stay as they are when all pixels change a little.
    """
    side = min(EXAMPLE, *(min(picture.shape[:2]) for picture in part.pictures))
    places = [(number, step) for step in range(TRIED) for number in range(len(part.pictures))][:TRIED]
    found = []
    for number, step in places:
        picture = part.pictures[number]
        top, left = ((step * side) % (length - side + 1) for length in picture.shape[:2])
        found.append(picture[top : top + side, left : left + side])
    x = np.stack(found).astype("float32") / 255
    inside = np.clip(x, FAINT, 1 - FAINT)
    codes = [model.encode(inside + change) for change in (-FAINT, 0.0, FAINT)]
    steady = sum(np.abs(code - codes[1]).max(axis=(1, 2, 3)) for code in codes)
    return x[np.argsort(steady, kind="stable")[:EXAMPLES]]


def draw(
    config: Config, compressor: Compressor, measured: Measured, images: Images, progress: Progress
) -> dict[str, Drawing]:
    """Draws curves of quality by bits, pictures in as many bytes as JPEG, WebP and AVIF, and the training."""
    from recipes.figures import curves, rate_distortion, restorations
    from recipes.tasks.compression import showing

    title = f"{config.model}: {images.name}"
    return {
        "rate_distortion": lambda: rate_distortion.draw(showing.panels(measured), f"{title}; test pictures"),
        "crops": lambda: restorations.draw(
            showing.crops(compressor, images.test),
            f"{title}; {showing.RATE:g} bits a pixel, or as few as the model can",
        ),
        "curves": lambda: curves.draw(progress.history, progress.best_epoch, f"{title}; training"),
    }


def main() -> None:
    """Parses the command line and runs the recipe."""
    running.main(RECIPE, Config, run)


if __name__ == "__main__":
    main()
