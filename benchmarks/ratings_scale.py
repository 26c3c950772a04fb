"""Times an epoch of an autoencoder of ratings at MovieLens-20M's size: sparse batches against dense ones under XLA.

    python -m benchmarks.ratings_scale
    python -m benchmarks.ratings_scale --ratings 200000 --users 2000 --films 1000 --steps 5

The ratings are drawn, not MovieLens's own, which may not be passed on: as many users, films and ratings, tails as
heavy (the median user has half of the mean, 4% of the films have two thirds of the ratings), half-stars from a
low-rank model and noise. Both models have the same weights at first and take their steps in turn, so that a drift of
the machine hits both; a step is the gathering of its batch and the training on it. Neither has dropout, so
that the products alone are compared. A process of its own measures the sparse path's memory.
"""

import dataclasses
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
from statistics import median
from typing import Any

import numpy as np
import tyro
from scipy import sparse

from benchmarks import _machine
from benchmarks._memory import peak_mb
from zoo import quiet

BLOCK = 2048  # users drawn at a time
FACTORS = 8
SHARES = (0.25, 0.5, 1.0)
NOT_COUNTED = 2


@dataclass(frozen=True)
class Config:
    """The benchmark's options."""

    users: int = 138_493
    """Rows."""
    films: int = 26_744
    """Columns."""
    ratings: int = 20_000_000
    """How many ratings are drawn, no more than a third of all pairs."""
    latent_dim: int = 256
    """The code's length."""
    mask_channel: bool = True
    """Whether the encoder reads, beside the ratings, what is rated."""
    l2: float = 40.0
    """The weight of the squared kernels."""
    batch_size: int = 512
    """Users a step."""
    steps: int = 100
    """Steps that are counted, of each."""
    seed: int = 0
    """Of the ratings, the weights and the batches."""
    out: Path = Path("benchmarks/results/ratings-scale.json")
    """Where the result goes."""


def run(config: Config) -> dict[str, Any]:
    """Measures.

    Args:
        config: The options.

    Returns:
        What is written into `config.out`: seconds of each step, of an epoch of median steps, and the ratio of these;
        how far the losses of the first step are apart, relatively; the sparse path's peak memory in bytes; and the
        seconds of an epoch of a share of the ratings, by their number.
    """
    began = time.perf_counter()
    x = draw(config.users, config.films, config.ratings, config.seed)
    drawn = time.perf_counter() - began
    steps = -(-config.users // config.batch_size)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "ratings.npz")
        sparse.save_npz(file, x, compressed=False)
        growth = _apart(_grow, config, file)
        compared = _apart(_compare, config, file)
    epochs = {name: steps * median(seconds) for name, seconds in compared["seconds"].items()}
    return {
        "command": shlex.join(["python", "-m", "benchmarks.ratings_scale", *sys.argv[1:]]),
        "protocol": {**dataclasses.asdict(config), "out": str(config.out)},
        "machine": _machine.described(),
        "drawn": {"density": x.nnz / (x.shape[0] * x.shape[1]), "seconds": drawn},
        **compared,
        "seconds_an_epoch": epochs,
        "ratio": epochs["dense, XLA"] / epochs["sparse"],
        "peak_bytes": growth["peak_bytes"],
        "seconds_an_epoch_by_ratings": {
            count: steps * median(seconds) for count, seconds in growth["seconds_by_ratings"].items()
        },
    }


def draw(users: int, films: int, ratings: int, seed: int) -> sparse.csr_array:
    """Draws a matrix of ratings, some users at a time.

    Args:
        users: Rows.
        films: Columns.
        ratings: How many, exactly.
        seed: Same seed, same matrix.

    Returns:
        Shape `(users, films)`, float32: halves from 0.5 to 5.
    """
    rng = np.random.default_rng(seed)
    counts = _shares(0.14 + 0.86 * _lognormal(rng, 1.2, users), ratings, films // 3)
    popularity = np.cumsum(np.minimum(_lognormal(rng, 2.6, films), 0.004 * films))
    films_factors = rng.normal(0, 0.3, (films, FACTORS))
    films_biases = rng.normal(0, 0.4, films)
    columns, values = np.empty(ratings, "int32"), np.empty(ratings, "float32")
    end = np.concatenate([[0], np.cumsum(counts)])
    for first in range(0, users, BLOCK):
        block = counts[first : first + BLOCK]
        rows, found = _films(rng, block, popularity)
        tastes, biases = rng.normal(size=(len(block), FACTORS)), rng.normal(0, 0.4, len(block))
        stars = 3.5 + biases[rows] + films_biases[found] + (tastes[rows] * films_factors[found]).sum(axis=1)
        here = slice(end[first], end[min(first + BLOCK, users)])
        columns[here] = found
        values[here] = np.clip(np.round(2 * (stars + rng.normal(0, 0.7, len(found)))) / 2, 0.5, 5)
    return sparse.csr_array((values, columns, end.astype("int32")), shape=(users, films))


def _lognormal(rng: np.random.Generator, sigma: float, size: int) -> np.ndarray:
    drawn = rng.lognormal(0, sigma, size)
    return drawn / drawn.mean()


def _shares(weights: np.ndarray, total: int, most: int) -> np.ndarray:
    """Shares a total out by weight, in whole numbers of which none is above `most`."""
    counts = np.zeros(len(weights), "int64")
    while left := total - counts.sum():
        room = weights * (counts < most)
        more = np.floor(left * room / room.sum()).astype("int64")
        if not more.any():
            more[np.argsort(-room)[:left]] = 1
        counts = np.minimum(counts + more, most)
    return counts


def _films(rng: np.random.Generator, counts: np.ndarray, popularity: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Draws each user's films, by popularity until these run out of new ones, then any; sorted by user and film."""
    films = len(popularity)
    users = np.repeat(np.arange(len(counts)), 2 * counts)
    popular = np.searchsorted(popularity, rng.random(len(users)) * popularity[-1])
    pairs = np.concatenate([users * films + popular.clip(max=films - 1), _any(rng, counts, films)])
    _, drawn_at = np.unique(pairs, return_index=True)
    pairs = pairs[np.sort(drawn_at)]
    pairs = pairs[np.argsort(pairs // films, kind="stable")]
    users = pairs // films
    rank = np.arange(len(users)) - np.searchsorted(users, users)
    return np.divmod(np.sort(pairs[rank < counts[users]]), films)


def _any(rng: np.random.Generator, counts: np.ndarray, films: int) -> np.ndarray:
    """Draws as many different films as each user can need, each as likely as the other."""
    first = rng.integers(films, size=len(counts))
    users = np.repeat(np.arange(len(counts)), counts)
    rank = np.arange(len(users)) - np.repeat(np.cumsum(counts) - counts, counts)
    return users * films + (first[users] + rank) % films


def model(config: Config, jit_compile: bool) -> Any:
    """Builds what is trained: a user-based AutoRec of the zoo."""
    import zoo
    from zoo.optimizers.fused_adam import FusedAdam

    built = zoo.build(
        "autorec",
        (config.films,),
        latent_dim=config.latent_dim,
        mask_channel=config.mask_channel,
        l2=config.l2,
        input_dropout=0.0,
        code_dropout=0.0,
        seed=config.seed,
    )
    built.compile(FusedAdam(1e-3), jit_compile=jit_compile)
    return built


def _apart(measure: Callable[[Config, Path], dict[str, Any]], config: Config, file: Path) -> dict[str, Any]:
    """Measures in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(measure, config, file).result()


def _grow(config: Config, file: Path) -> dict[str, Any]:
    """Trains on shares of the ratings in turn, and says how much memory that took."""
    x = sparse.load_npz(file)
    trained = model(config, jit_compile=False).adapt(x)
    keep = np.random.default_rng(config.seed).random(x.nnz)
    tables = [x if share == 1 else _thinned(x, keep < share) for share in SHARES]
    trainers = {str(table.nnz): (trained, table, True) for table in tables}
    seconds, _ = _in_turn(trainers, config)
    return {"seconds_by_ratings": seconds, "peak_bytes": round(2**20 * peak_mb())}


def _thinned(x: sparse.csr_array, kept: np.ndarray) -> sparse.csr_array:
    ends = np.concatenate([[0], np.cumsum(kept)])[x.indptr]
    return sparse.csr_array((x.data[kept], x.indices[kept], ends.astype("int32")), shape=x.shape)


def _compare(config: Config, file: Path) -> dict[str, Any]:
    """Trains by both paths in turn."""
    import keras
    import tensorflow as tf

    x = sparse.load_npz(file)
    by_entries = model(config, jit_compile=False).adapt(x)
    by_columns = model(config, jit_compile=True)
    by_columns.set_weights(by_entries.get_weights())
    trainers = {"sparse": (by_entries, x, True), "dense, XLA": (by_columns, x, False)}
    seconds, losses = _in_turn(trainers, config)
    return {
        "seconds": seconds,
        "relative_difference_of_losses": abs(losses["sparse"][0] / losses["dense, XLA"][0] - 1),
        "versions": {"tensorflow": tf.__version__, "keras": keras.__version__, "numpy": np.__version__},
    }


def _in_turn(
    trainers: dict[str, tuple[Any, sparse.csr_array, bool]], config: Config
) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Trains models on tables, all on the same rows, step by step; returns each one's seconds and losses."""
    import tensorflow as tf

    from recipes.training.rows import gatherer

    rng = np.random.default_rng(config.seed)
    spec = [tf.TensorSpec((None,), tf.int64)]
    gather = {
        name: tf.function(gatherer(table, is_sparse), input_signature=spec)
        for name, (_, table, is_sparse) in trainers.items()
    }
    seconds: dict[str, list[float]] = {name: [] for name in trainers}
    losses: dict[str, list[float]] = {name: [] for name in trainers}
    for step in range(NOT_COUNTED + config.steps):
        index = tf.constant(rng.choice(config.users, min(config.batch_size, config.users), replace=False))
        for name, (trained, _, _) in trainers.items():
            began = time.perf_counter()
            loss = trained.train_on_batch(gather[name](index), return_dict=True)["loss"]
            if step >= NOT_COUNTED:
                seconds[name].append(round(time.perf_counter() - began, 5))
            losses[name].append(float(loss))
    return seconds, losses


def main() -> None:
    """Parses the command line, measures, writes and prints."""
    config = tyro.cli(Config, description=__doc__)
    quiet.start()
    record = run(config)
    config.out.parent.mkdir(parents=True, exist_ok=True)
    config.out.write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    for name, seconds in record["seconds_an_epoch"].items():
        print(f"{name}: {seconds:.1f} s an epoch, of the median of {config.steps} steps")
    print(f"{record['ratio']:.1f} times as fast, with {record['peak_bytes'] / 1e9:.2f} GB at most")
    for count, seconds in record["seconds_an_epoch_by_ratings"].items():
        print(f"{int(count):,} ratings: {seconds:.1f} s an epoch")
    print(f"Written to {config.out}")


if __name__ == "__main__":
    main()
