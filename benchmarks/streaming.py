"""How much memory a training takes on data that memory need not hold: a table in shards, a folder of pictures.

    python -m benchmarks.streaming

Both are made up and written to a folder of their own, which is deleted at the end: a table of 20 million rows of 8
numbers in 40 Parquet files, and 20,000 pictures of 64 x 64 in color. Each is then given to a recipe by a pattern, in a
process of its own, whose most memory is kept, beside what a process has that has the libraries and no data.
docs/scale.md has the numbers.
"""

import json
import shlex
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Literal

import numpy as np
import tyro

from benchmarks import _machine
from benchmarks._memory import peak_mb
from zoo import quiet

COLUMNS, CODE = 8, 3
SIDE = 64
NUMBERS = {"table": COLUMNS, "pictures": 3 * SIDE**2}  # of a sample


@dataclass(frozen=True)
class Config:
    """The benchmark's options."""

    rows: int = 20_000_000
    """Rows of the table."""
    files: int = 40
    """Files that it lies in."""
    pictures: int = 20_000
    """Pictures."""
    batch_size: int = 4096
    """Rows a step."""
    epochs: int = 2
    """Epochs of each training."""
    parts: tuple[Literal["table", "pictures"], ...] = ("table", "pictures")
    """The data to train on; of others the earlier result stays."""
    out: Path = Path("benchmarks/results/streaming.json")
    """Where the result goes."""


def run(config: Config) -> dict[str, Any]:
    """Makes the data, trains on them, and measures.

    Returns:
        By part of the data how many bytes they have on disk and, as 32-bit numbers, in memory; the seconds in all and
        an epoch; the most memory in bytes, also of a process without data; the recipe's command and its test numbers.
    """
    parts = {"table": (write_table, (config.rows, config.files), reduce, (config.batch_size, config.epochs))}
    parts["pictures"] = (write_pictures, (config.pictures,), features, (config.epochs,))
    found = {}
    for name in config.parts:
        write, sizes, train, options = parts[name]
        with tempfile.TemporaryDirectory() as folder:
            data = Path(folder) / name
            apart(write, data, *sizes)
            found[name] = {
                "command": shlex.join(["python", "-m", "benchmarks.streaming", *sys.argv[1:]]),
                "machine": _machine.described(),
                "samples": sizes[0],
                "bytes_on_disk": sum(file.stat().st_size for file in data.iterdir()),
                "bytes_as_numbers": 4 * NUMBERS[name] * sizes[0],
                "peak_bytes_without_data": apart(nothing),
                **apart(train, data, *options, Path(folder) / "export"),
            }
    return found


def apart(function: Callable[..., Any], *arguments: Any) -> Any:
    """Calls a function in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(function, *arguments).result()


def write_table(folder: Path, rows: int, files: int) -> None:
    """Writes rows that lie near a surface of 3 dimensions among 8, a file at a time."""
    import pandas as pd

    folder.mkdir()
    mixing = np.random.default_rng(0).normal(size=(CODE, COLUMNS))
    for i, part in enumerate(np.array_split(np.arange(rows), files)):
        rng = np.random.default_rng([1, i])
        x = np.tanh(rng.normal(size=(len(part), CODE))) @ mixing + 0.1 * rng.normal(size=(len(part), COLUMNS))
        frame = pd.DataFrame(x.astype("float32"), columns=[f"column {j}" for j in range(COLUMNS)])
        frame.to_parquet(folder / f"part-{i:03}.parquet", row_group_size=1 << 17)


def write_pictures(folder: Path, count: int) -> None:
    """Writes pictures of a soft disk on a plain ground, with a little noise."""
    from PIL import Image

    folder.mkdir()
    y, x = np.mgrid[:SIDE, :SIDE]
    for i in range(count):
        rng = np.random.default_rng([2, i])
        row, column, radius = rng.uniform(16, 48), rng.uniform(16, 48), rng.uniform(6, 16)
        disk = 1 / (1 + np.exp(np.hypot(y - row, x - column) - radius))
        ground, color = rng.uniform(0, 255, (2, 3))
        pixels = ground + disk[..., None] * (color - ground) + rng.normal(0, 2, (SIDE, SIDE, 3))
        Image.fromarray(pixels.clip(0, 255).astype("uint8")).save(folder / f"{i:05}.png", compress_level=1)


def nothing() -> float:
    """Returns the most memory of a process that has the libraries and a model, and no data."""
    import zoo
    from recipes import publishing, training  # noqa: F401

    model = zoo.build("vanilla", (COLUMNS,), latent_dim=CODE, output="real", seed=0)
    model.fit(np.zeros((64, COLUMNS), "float32"), verbose=0)
    return 2**20 * peak_mb()


def reduce(folder: Path, batch_size: int, epochs: int, out: Path) -> dict[str, Any]:
    """Trains `recipes.reduce` on a table."""
    from recipes import reduce

    options: dict[str, Any] = {"hyperparameters": {"hidden_units": (32,), "activation": "tanh"}}
    options |= {"dimensions": (CODE,), "batch_size": batch_size, "epochs": epochs}
    return trained(lambda: reduce.run(reduce.Config(data=f"{folder}/part-*.parquet", out=out, **options)), out)


def features(folder: Path, epochs: int, out: Path) -> dict[str, Any]:
    """Trains `recipes.features` on pictures."""
    from recipes import features

    options: dict[str, Any] = {"hyperparameters": {"latent_dim": 16}, "model": "convolutional"}
    return trained(
        lambda: features.run(features.Config(data=f"{folder}/*.png", out=out, epochs=epochs, **options)), out
    )


def trained(run: Callable[[], dict[str, float]], out: Path) -> dict[str, Any]:
    """Runs a recipe, and returns what it took."""
    began = time.perf_counter()
    numbers = run()
    record = json.loads((out / "metrics.json").read_text("utf-8"))
    return {
        "recipe": record["command"],
        "split": record["data"]["split"],
        "seconds": time.perf_counter() - began,
        "seconds_per_epoch": record["train"]["seconds_per_epoch"],
        "peak_bytes": 2**20 * peak_mb(),
        "test": numbers,
        "baselines": {f"{row['name']}, {row['metric']}": row["value"] for row in record["baselines"]},
    }


def main() -> None:
    """Parses the command line, measures, writes and prints."""
    config = tyro.cli(Config, description=__doc__)
    quiet.start()
    earlier = json.loads(config.out.read_text("utf-8")) if config.out.exists() else {}
    found = run(config)
    config.out.parent.mkdir(parents=True, exist_ok=True)
    config.out.write_text(json.dumps(earlier | found, indent=1) + "\n", "utf-8")
    for name, one in found.items():
        numbers, most = one["bytes_as_numbers"] / 1e9, one["peak_bytes"] / 1e9
        print(f"{name}: {one['samples']:,} samples, {numbers:.2f} GB as numbers, most memory {most:.2f} GB")
    print(f"Written to {config.out}")


if __name__ == "__main__":
    main()
