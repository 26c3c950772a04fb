"""What a training step costs against the size of what it trains on, and the line through what was measured.

    python -m benchmarks.scale

Four sizes are grown one at a time: films (columns of a table of ratings, in dense and in sparse rows), pixels of
patches, rows of a table in memory, and with them the weights that workers send each other. Each point is the median of
a few steps; what grows has a process of its own, the largest size last, whose most memory is kept after each. A line is
least squares in logarithms: cost = a size^b, proportional where b is 1. docs/scale.md reads it.
"""

import dataclasses
import json
import shlex
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import tyro

from benchmarks import _machine
from benchmarks._memory import peak_mb
from zoo import quiet

NOT_COUNTED = 2
RATED = 100  # films that a person has rated, in each table
BATCH = 256


@dataclass(frozen=True)
class Config:
    """The benchmark's options."""

    films: tuple[int, ...] = (1_000, 4_000, 16_000, 64_000)
    """Columns of a table of ratings."""
    sides: tuple[int, ...] = (32, 64, 128)
    """Heights and widths of patches, 8 a step."""
    rows: tuple[int, ...] = (100_000, 400_000, 1_600_000)
    """Rows of a table of 30 numbers in memory."""
    latent_dim: int = 128
    """The code's length, of ratings."""
    steps: int = 5
    """Steps that are counted, of each point."""
    out: Path = Path("benchmarks/results/scale.json")
    """Where the result goes."""


def run(config: Config) -> dict[str, Any]:
    """Measures each size, and fits a line to each.

    Returns:
        What is written into `config.out`: by what grows, `points` (size, seconds a step, most memory in bytes, weights,
        bytes that each of two workers sends a step) and `lines` (by cost, the factor and the power).
    """
    grown: dict[str, tuple[Callable[[Config, int], dict[str, float]], tuple[int, ...]]] = {
        "films, dense rows": (dense_films, config.films),
        "films, sparse rows": (sparse_films, config.films),
        "pixels": (pixels, config.sides),
        "rows": (rows, config.rows),
    }
    found = {}
    for name, (measure, sizes) in grown.items():
        points = _apart(measure, config, sorted(sizes))
        costs = [cost for cost in ("seconds", "peak_bytes", "sent_bytes") if cost in points[0]]
        lines = {cost: line([p["size"] for p in points], [p[cost] for p in points]) for cost in costs}
        found[name] = {"points": points, "lines": lines}
        print(name, *(f"{cost}: {power:.2f}" for cost, (_, power) in lines.items()), flush=True)
    return {
        "command": shlex.join(["python", "-m", "benchmarks.scale", *sys.argv[1:]]),
        "protocol": {**dataclasses.asdict(config), "out": str(config.out)},
        "machine": _machine.described(),
        "grown": found,
    }


def line(sizes: list[float], costs: list[float]) -> tuple[float, float]:
    """Returns a and b of cost = a size^b, by least squares in logarithms."""
    power, factor = np.polyfit(np.log(sizes), np.log(costs), 1)
    return float(np.exp(factor)), float(power)


def sent(weights: int, workers: int = 2) -> float:
    """Returns the bytes that each worker sends in a step: float32 gradients, summed around a ring."""
    return 2 * (workers - 1) / workers * 4 * weights


def dense_films(config: Config, films: int) -> dict[str, float]:
    """A step on dense rows of so many films."""
    return _ratings(config, films, is_sparse=False)


def sparse_films(config: Config, films: int) -> dict[str, float]:
    """A step on sparse rows of so many films, of which each has 100 ratings."""
    return _ratings(config, films, is_sparse=True)


def pixels(config: Config, side: int) -> dict[str, float]:
    """A step on 8 patches of a side."""
    import zoo

    model = zoo.build("restorer", (None, None, 1), seed=0)
    x = np.random.default_rng(0).random((8, side, side, 1), "float32")
    return {"size": side * side, **_steps(model, lambda: x, config.steps)}


def rows(config: Config, count: int) -> dict[str, float]:
    """A step on 256 of so many rows of 30 numbers, all of which lie in memory."""
    import zoo

    x = np.random.default_rng(0).standard_normal((count, 30), "float32")
    model = zoo.build("vanilla", (30,), latent_dim=8, output="real", seed=0)
    rng = np.random.default_rng(1)
    return {"size": count, **_steps(model, lambda: x[rng.integers(0, count, BATCH)], config.steps)}


def _ratings(config: Config, films: int, is_sparse: bool) -> dict[str, float]:
    import tensorflow as tf
    from scipy.sparse import csr_array

    import zoo
    from recipes.training.rows import gatherer

    rng = np.random.default_rng(0)
    columns = np.sort(rng.integers(0, films, (BATCH, RATED)), axis=1)
    table = csr_array((rng.integers(1, 6, columns.size), columns.ravel(), RATED * np.arange(BATCH + 1)), (BATCH, films))
    table.sum_duplicates()
    table.data = np.minimum(table.data, 5).astype("float32")
    options = {"input_dropout": 0.0, "code_dropout": 0.0, "seed": 0}
    model = zoo.build("autorec", (films,), latent_dim=config.latent_dim, **options).adapt(table)
    gather = gatherer(table, sparse=is_sparse)
    return {"size": films, **_steps(model, lambda: gather(tf.range(BATCH)), config.steps)}


def _steps(model: Any, batch: Callable[[], Any], steps: int) -> dict[str, float]:
    seconds = []
    for _ in range(NOT_COUNTED + steps):
        x = batch()
        began = time.perf_counter()
        model.train_on_batch(x)
        seconds.append(time.perf_counter() - began)
    weights = sum(int(np.prod(variable.shape)) for variable in model.trainable_variables)
    taken = {"seconds": median(seconds[NOT_COUNTED:]), "peak_bytes": 2**20 * peak_mb()}
    return {**taken, "weights": weights, "sent_bytes": sent(weights)}


def _apart(
    measure: Callable[[Config, int], dict[str, float]], config: Config, sizes: list[int]
) -> list[dict[str, float]]:
    """Measures each size in turn, in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return [process.submit(measure, config, size).result() for size in sizes]


def main() -> None:
    """Parses the command line, measures, writes and prints."""
    config = tyro.cli(Config, description=__doc__)
    quiet.start()
    record = run(config)
    config.out.parent.mkdir(parents=True, exist_ok=True)
    config.out.write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    print(f"Written to {config.out}")


if __name__ == "__main__":
    main()
