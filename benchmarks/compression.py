"""How fast an export of recipes.compress writes and reads files, what they take, and what a large picture takes.

    python -m benchmarks.compression                             # of exported/images-compress: 5 minutes on 2 cores
    python -m benchmarks.compression --export exported/compress-hyperprior --megapixels 1

A photograph of 768 x 512 pixels, that size from a sample of scikit-image, is compressed and opened again, by as many
threads as there are cores and by one. Sizes from 1 x 1 to 67 x 129, and very thin ones, go there and back. A picture of
100 megapixels goes there and back in a process whose memory is looked at.
"""

import dataclasses
import json
import os
import shlex
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import tyro
from PIL import Image
from skimage import data

from benchmarks import _machine
from benchmarks._memory import peak_mb
from serving import compress, decompress
from serving.codec import Codec
from serving.photographs import Photograph

SIZE = (768, 512)  # width and height of the photograph
QUALITIES = (0, 25, 50, 75, 100)
SMALL = (67, 129)  # the largest height and width of the small pictures
THIN = (3000, 5)


@dataclass(frozen=True)
class Config:
    """The options."""

    export: Path = Path("exported/images-compress")
    """The export."""
    quality: int = 50
    """The quality at which time and memory are measured."""
    rounds: int = 9
    """Rounds that are counted, after one that is not."""
    sizes: int = 300
    """Small pictures of sizes drawn at random that go there and back."""
    megapixels: float = 100.0
    """Size of the large picture."""
    out: Path = Path("benchmarks/results/compression.json")
    """Where the result goes."""
    only: str | None = None
    """What a process of this benchmark measures: speed, or large."""
    threads: int = 0
    """Its threads; 0 for as many as there are cores."""


def photograph() -> np.ndarray:
    """Returns a photograph of scikit-image, brought to the size."""
    return np.asarray(Image.fromarray(data.coffee()).resize(SIZE, Image.Resampling.LANCZOS))


def speed(config: Config) -> dict[str, list[float]]:
    """Returns the seconds of each round, there and back."""
    if config.threads:
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(config.threads)
        tf.config.threading.set_inter_op_parallelism_threads(config.threads)
    codec, picture = Codec(config.export), Photograph(photograph())
    found: dict[str, list[float]] = {"compress": [], "decompress": []}
    for number in range(1 + config.rounds):
        began = time.perf_counter()
        content = compress.compressed(codec, "x", picture, config.quality)
        middle = time.perf_counter()
        decompress.decompressed(codec, "x", content)
        if number:
            found["compress"].append(middle - began)
            found["decompress"].append(time.perf_counter() - middle)
    return found


def sizes(config: Config) -> dict[str, float]:
    """Takes pictures of many sizes there and back; returns how many, and what files take beside what is estimated."""
    codec, rng, whole = Codec(config.export), np.random.default_rng(0), photograph()
    drawn = [tuple(int(rng.integers(1, most + 1)) for most in SMALL) for _ in range(config.sizes)]
    for height, width in [(1, 1), SMALL, THIN, THIN[::-1], *drawn]:
        picture = np.resize(whole, (height, width, 3))
        content = compress.compressed(codec, "x", Photograph(picture), config.quality)
        again = decompress.decompressed(codec, "x", content).pixels
        if again.shape != picture.shape:
            raise AssertionError(f"{height} x {width} comes back as {again.shape}")
    written = {quality: len(compress.compressed(codec, "x", Photograph(whole), quality)) for quality in QUALITIES}
    estimated = {
        quality: float(
            codec.signatures["estimate"](image=codec.constant(whole[None]), quality=codec.constant(quality, "int32"))[
                "bits"
            ][0]
        )
        / 8
        for quality in QUALITIES
    }
    shares = {f"written_over_estimated_{quality}": written[quality] / estimated[quality] for quality in QUALITIES}
    return {"sizes": len(drawn) + 4, **shares}


def large(config: Config) -> dict[str, float]:
    """Takes a large picture there and back; returns the seconds, the bytes and the memory."""
    side = round((config.megapixels * 1e6) ** 0.5)
    row, column = np.mgrid[0:side, 0:side].astype("float32")
    waves = (np.sin(column / 37 + row / 91), np.sin(row / 23), np.cos(column / 51))
    pixels = np.stack([(128 + 60 * wave).astype("uint8") for wave in waves], axis=-1)
    del row, column, waves
    codec = Codec(config.export)
    began = time.perf_counter()
    content = compress.compressed(codec, "x", Photograph(pixels), config.quality)
    middle, after = time.perf_counter(), peak_mb()
    del pixels
    decompress.decompressed(codec, "x", content)
    return {
        "side": side,
        "bytes": len(content),
        "compress_seconds": middle - began,
        "decompress_seconds": time.perf_counter() - middle,
        "compress_peak_mb": after,
        "peak_mb": peak_mb(),
    }


def elsewhere(config: Config, **options: Any) -> dict[str, Any]:
    """Measures in a process of its own."""
    given = {**dataclasses.asdict(config), **options}
    words = [word for key, value in given.items() if value is not None for word in (f"--{key}", str(value))]
    run = subprocess.run([sys.executable, "-m", "benchmarks.compression", *words], capture_output=True, text=True)
    if run.returncode:
        raise RuntimeError(run.stderr)
    return json.loads(run.stdout.splitlines()[-1])


def main() -> None:
    """Parses the command line, measures, writes and prints."""
    config = tyro.cli(Config, description=__doc__)
    if config.only:
        print(json.dumps({"speed": speed, "large": large}[config.only](config)))
        return
    found: dict[str, Any] = {"command": shlex.join(["python", "-m", "benchmarks.compression", *sys.argv[1:]])}
    found["machine"] = _machine.described()
    for threads in sorted({1, os.cpu_count() or 1}):
        found[f"threads_{threads}"] = one = elsewhere(config, only="speed", threads=threads)
        times = ", ".join(f"{median(seconds):.3f} s to {name}" for name, seconds in one.items())
        print(f"{SIZE[0]} x {SIZE[1]}, {threads} threads: {times}", flush=True)
    found["sizes"] = sizes(config)
    print(f"{found['sizes']['sizes']} sizes there and back; written over estimated: {found['sizes']}", flush=True)
    found["large"] = elsewhere(config, only="large")
    print(f"{config.megapixels:g} megapixels: {found['large']}")
    config.out.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
