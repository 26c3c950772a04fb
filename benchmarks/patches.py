"""Times the input pipeline of the pictures' recipe, alone and before the model, against what Keras offers for it.

    python -m benchmarks.patches                            # photographs of scikit-image: 4 minutes on 2 idle cores
    python -m benchmarks.patches --data PHOTOS --rounds 1   # a look

`ours` is `recipes.data.images.patches`. `keras` is what people write instead: a dataset of
`keras.utils.image_dataset_from_directory`, which decodes a file each time that its turn comes, then a random crop,
flips and quarter turns, `batch` and `prefetch`; a decoded picture gives one patch. `keras, cached` has `cache` before
the crop, filled before anything is timed. All have the same files, linked into one folder; their batches never end.

Keras wants one `image_size` for pictures of mixed sizes. It gets the medians of their heights and of their widths, with
`crop_to_aspect_ratio`, which distorts nothing but resamples what has another size; ours cuts from the pixels as they
are.

`constant` trains on one batch again and again, as if input cost nothing. All take turns, round by round, and what is
compared is compared within a round, so that a drift of the machine hits all. Op determinism, which the recipe turns on,
is off: Keras's random maps would run one at a time under it.
"""

import dataclasses
import itertools
import json
import os
import shlex
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np
import tyro

from zoo import quiet

if TYPE_CHECKING:
    import tensorflow as tf

OURS, KERAS, CACHED, CONSTANT = "ours", "keras", "keras, cached", "constant"
KERAS_READS = (".bmp", ".gif", ".jpeg", ".jpg", ".png")
EPOCH = 100  # batches after which ours begins an epoch anew, as in the recipe
NOT_COUNTED = 3  # batches at the beginning of each turn, in which buffers fill


@dataclass(frozen=True)
class Config:
    """The benchmark's options; by default what the recipe does."""

    data: str = "sample"
    """As the recipe's --data; its training pictures are used."""
    patch_size: int = 64
    """Height and width of the patches."""
    batch_size: int = 16
    """Patches a batch."""
    filters: tuple[int, ...] = (32, 64, 96)
    """Channels of each level of the restorer: fewer make a faster step, which is harder to feed."""
    blocks: tuple[int, ...] = (2, 2, 1)
    """Its residual blocks of each level."""
    steps: int = 15
    """Training steps that are counted, each round, of each."""
    seconds: float = 1.0
    """How long each pipeline alone is counted, each round."""
    rounds: int = 9
    """Rounds that are counted, after one that is not."""
    seed: int = 0
    """Of the split, the patches and the weights."""
    out: Path = Path("benchmarks/results/patches.json")
    """Where the result goes."""


def run(config: Config) -> dict[str, Any]:
    """Measures.

    Args:
        config: The options.

    Returns:
        What is written into `config.out`: of each pipeline alone the patches a second and the seconds until its first
        batch; of each training the seconds a step, and those of them that it waited for the batch; all by round. The
        medians over rounds: how many times as many patches as each of the others ours gives; and the shares of a step
        that are `lost`, 1 - constant / with the pipeline, and `waited`.
    """
    import keras
    import tensorflow as tf

    import zoo
    from recipes.publishing import processor_name

    load = os.getloadavg()[0]
    shape = (None, None, 3)
    model = zoo.build("restorer", shape, filters=config.filters, blocks=config.blocks, seed=config.seed)
    with tempfile.TemporaryDirectory() as folder:
        pictures = _linked(config, Path(folder))
        size = tuple(int(median(picture.shape[axis] for picture in pictures)) for axis in (0, 1))
        fed = pipelines(config, pictures, Path(folder), size)
        batch = next(iter(fed[OURS]))
        alone: dict[str, dict[str, list[float]]] = {}
        training: dict[str, dict[str, list[float]]] = {}
        for number in range(1 + config.rounds):
            for name, batches in fed.items():
                _note(alone, name, _taken(batches, config), counts=number > 0)
            for name, batches in {CONSTANT: itertools.repeat(batch), **fed}.items():
                _note(training, name, _trained(model, batches, config.steps), counts=number > 0)
    nothing = training[CONSTANT]["seconds_a_step"]
    return {
        "command": shlex.join(["python", "-m", "benchmarks.patches", *sys.argv[1:]]),
        "protocol": {**dataclasses.asdict(config), "out": str(config.out)},
        "machine": {"processor": processor_name(), "cores": os.cpu_count(), "load_before": load},
        "pictures": {
            "count": len(pictures),
            "image_size": size,
            "bytes": {OURS: sum(x.nbytes for x in pictures), CACHED: 4 * 3 * len(pictures) * size[0] * size[1]},
        },
        "alone": alone,
        "training": training,
        "ours_times": {
            name: _middle(alone[OURS]["patches_a_second"], alone[name]["patches_a_second"]) for name in (KERAS, CACHED)
        },
        "lost": {name: 1 - _middle(nothing, training[name]["seconds_a_step"]) for name in fed},
        "waited": {name: _middle(training[name]["of_them_waited"], training[name]["seconds_a_step"]) for name in fed},
        "versions": {"tensorflow": tf.__version__, "keras": keras.__version__, "numpy": np.__version__},
    }


def pipelines(
    config: Config, pictures: list[np.ndarray], folder: Path, image_size: tuple[int, ...]
) -> "dict[str, tf.data.Dataset]":
    """Builds what is compared.

    Args:
        config: The options.
        pictures: Decoded, each of the shape `(height, width, 3)`, uint8.
        folder: Their files.
        image_size: Height and width that Keras brings all to.

    Returns:
        By name, batches without end of the shape `(batch_size, patch_size, patch_size, 3)`: ours uint8, which the model
        brings to [0, 1] itself; Keras's float32, in [0, 1].
    """
    import keras
    import tensorflow as tf

    from recipes.data.images import patches

    keras.utils.set_random_seed(config.seed)
    size = config.patch_size

    def patch(picture: tf.Tensor) -> tf.Tensor:
        cut = tf.image.random_crop(picture, [size, size, 3])
        cut = tf.image.random_flip_up_down(tf.image.random_flip_left_right(cut))
        return tf.image.rot90(cut, tf.random.uniform([], 0, 4, tf.int32)) / 255

    def usual(decoded: tf.data.Dataset) -> tf.data.Dataset:
        cut = decoded.repeat().map(patch, num_parallel_calls=tf.data.AUTOTUNE)
        return cut.batch(config.batch_size).prefetch(tf.data.AUTOTUNE)

    decoded = keras.utils.image_dataset_from_directory(
        folder,
        labels=None,
        batch_size=None,
        image_size=image_size,
        crop_to_aspect_ratio=True,
        seed=config.seed,
        verbose=False,
    )
    cached = decoded.cache()
    for _ in cached:
        pass
    epoch = tf.Variable(0, dtype=tf.int64, trainable=False)
    return {
        OURS: patches(pictures, size, config.batch_size, EPOCH, config.seed, epoch).repeat(),
        KERAS: usual(decoded),
        CACHED: usual(cached.shuffle(len(pictures), seed=config.seed)),
    }


def _linked(config: Config, folder: Path) -> list[np.ndarray]:
    """Links the files of the training pictures that Keras can read into a folder; returns these pictures."""
    from recipes.data import images
    from zoo import UsageError

    train = images.load(config.data, smallest=config.patch_size, seed=config.seed).train
    origin = images.of_scikit_image() if config.data == "sample" else Path(config.data).resolve()
    used: list[np.ndarray] = []
    for name, picture in zip(train.names, train.pictures, strict=True):
        suffix = Path(name).suffix
        if suffix.lower() in KERAS_READS:
            (folder / f"{len(used)}{suffix}").symlink_to(origin / name)
            used.append(picture)
    if not used:
        raise UsageError(f"--data {config.data}: of the training pictures none ends in {', '.join(KERAS_READS)}.")
    return used


def _taken(batches: "tf.data.Dataset", config: Config) -> dict[str, float]:
    """Takes batches for some seconds and does nothing with them."""
    began = time.perf_counter()
    iterator = iter(batches)
    next(iterator)
    first = time.perf_counter() - began
    for _ in range(NOT_COUNTED - 1):
        next(iterator)
    began, count = time.perf_counter(), 0
    while (passed := time.perf_counter() - began) < config.seconds:
        next(iterator)
        count += 1
    return {"patches_a_second": config.batch_size * count / passed, "seconds_to_first_batch": first}


def _trained(model: Any, batches: "Iterable[tf.Tensor]", steps: int) -> dict[str, float]:
    """Trains for some steps."""
    iterator = iter(batches)
    for _ in range(NOT_COUNTED):
        model.train_on_batch(next(iterator))
    began, waited = time.perf_counter(), 0.0
    for _ in range(steps):
        asked = time.perf_counter()
        batch = next(iterator)
        waited += time.perf_counter() - asked
        model.train_on_batch(batch)
    return {"seconds_a_step": (time.perf_counter() - began) / steps, "of_them_waited": waited / steps}


def _note(notes: dict[str, dict[str, list[float]]], name: str, found: dict[str, float], counts: bool) -> None:
    """Adds a turn's numbers to a contender's, if the round counts."""
    if counts:
        for key, value in found.items():
            notes.setdefault(name, {}).setdefault(key, []).append(float(f"{value:.5g}"))


def _middle(dividends: list[float], divisors: list[float]) -> float:
    """Returns the median of the rounds' quotients."""
    return median(dividend / divisor for dividend, divisor in zip(dividends, divisors, strict=True))


def main() -> None:
    """Parses the command line, measures, writes and prints."""
    config = tyro.cli(Config, description=__doc__)
    quiet.start()
    record = run(config)
    config.out.parent.mkdir(parents=True, exist_ok=True)
    config.out.write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    for name, found in record["alone"].items():
        times = f", ours is {record['ours_times'][name]:.1f} times as fast" if name in record["ours_times"] else ""
        print(f"{name}: {median(found['patches_a_second']):,.0f} patches a second{times}")
    for name, found in record["training"].items():
        shares = ""
        if name in record["lost"]:
            shares = f", {record['lost'][name]:.1%} of the time lost, {record['waited'][name]:.1%} waited"
        print(f"{name}: {1 / median(found['seconds_a_step']):.2f} training steps a second{shares}")
    print(f"Written to {config.out}")


if __name__ == "__main__":
    main()
