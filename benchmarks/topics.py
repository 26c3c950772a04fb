"""Topics and codes of BBC's news: the recipe's defaults beside LDA, NMF, and TF-IDF with SVD.

    python -m benchmarks.topics                            # 15 minutes of one core; goes on where it was
    python -m benchmarks.topics --topics 10 --seeds 0 --codes

Topics: as many as published numbers have, each with three seeds; the model trains on the texts marked train, its epoch
is chosen by the loss of those marked val, and coherence is counted in all, as published. Baselines see the same counts.
Codes: of 10 and 32 numbers by models whose hyperparameters were chosen on validation texts.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras

from benchmarks._kept import Kept, main
from recipes import topics as recipe
from recipes.data.bags import BagSplits
from recipes.tasks import topics as task


@dataclass(frozen=True)
class Options:
    """The benchmark's options."""

    data: str = "data/text/bbc/corpus.tsv"
    """Lines of a text, its part and its label."""
    topics: tuple[int, ...] = (10, 20, 30, 40, 50)
    """How many topics."""
    codes: tuple[str, ...] = ("topics", "denoising")
    """Models that give codes."""
    lengths: tuple[int, ...] = (10, 32)
    """The codes' lengths."""
    seeds: tuple[int, ...] = (0, 1, 2)
    """Seeds of models and baselines."""
    out: Path = Path("benchmarks/results/topics-bbc.json")
    """Where the results go, after each model; what is there already is kept."""


def measured(config: recipe.Config, splits: BagSplits) -> dict[str, dict[str, float]]:
    """Returns the test numbers of a model, its validation numbers and its seconds, and those of baselines, by name."""
    keras.utils.set_random_seed(config.seed)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        made = recipe.train(config, splits, Path(folder))
    seconds = time.perf_counter() - began
    report = task.measure(made, splits, config.seed)
    validation = {f"validation_{name}": value for name, value in report.validation.items()}
    best = float(made.progress.best_epoch + 1)
    found = {"model": {**report.test, **validation, "best_epoch": best, "seconds": seconds}}
    for row in report.baselines:
        found.setdefault(row["name"], {})[row["metric"]] = row["value"]
    return found


def run(options: Options) -> dict[str, Any]:
    """Measures what is not in `options.out` yet, writes it there model by model, and returns all."""
    splits = recipe.load(recipe.Config(data=options.data))
    about = {"name": splits.name, "split": splits.split, "checksum": splits.checksum}
    kept = Kept(options.out, "topics", data=about)
    asked = [("topics", count) for count in options.topics]
    asked += [(model, length) for model in options.codes for length in options.lengths]
    for (model, length), seed in itertools.product(dict.fromkeys(asked), options.seeds):
        where = (f"{model}-{length}", str(seed))
        if where not in kept:
            hyperparameters = {**recipe.Config.PRESETS.get(model, {}), "latent_dim": length}
            config = recipe.Config(model=model, data=options.data, seed=seed, hyperparameters=hyperparameters)
            kept[where] = measured(config, splits)
    return kept.record


if __name__ == "__main__":
    main(Options, run, __doc__)
