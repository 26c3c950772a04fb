"""The contents of `metrics.json`: the one shape that every table is made from."""

import dataclasses
import importlib.metadata
import json
import os
import platform
from pathlib import Path
from typing import Any

import numpy as np

from recipes import running
from recipes.data.splits import Described
from recipes.publishing.report import Report
from recipes.training import Progress
from zoo.autoencoder import Autoencoder

PUBLISHED = Path(__file__).with_name("published")


def record(
    recipe: str, config: running.Options, model: Autoencoder, splits: Described, progress: Progress, report: Report
) -> dict[str, Any]:
    """Makes the contents of `metrics.json`, the one shape that every table is made from."""
    return {
        "test": report.test,
        "validation": report.validation,
        "baselines": report.baselines,
        "published": published(config.data_key or splits.key, config),
        "train": {
            "epochs": progress.epoch,
            "best_epoch": progress.best_epoch + 1,
            "seconds": progress.pretraining + sum(progress.seconds),
            "seconds_per_epoch": float(np.median(progress.seconds)),
            "processor": f"{os.cpu_count()} cores of {processor_name()}",
        },
        "data": {
            "key": config.data_key or splits.key,
            "name": splits.name,
            "source": splits.source,
            "split": splits.split,
            "checksum": splits.checksum,
            "licence": splits.licence,
        },
        "model": {
            "name": config.model,
            "hyperparameters": dict(config.hyperparameters),
            "parameters": model.count_params(),
        },
        "seed": config.seed,
        "command": running.command(recipe, dataclasses.replace(config, resume=False)),
        "versions": {name: importlib.metadata.version(name) for name in ("tensorflow", "keras", "numpy")}
        | {"python": platform.python_version()},
    }


def published(key: str, config: running.Options) -> list[dict[str, Any]]:
    """Returns the published numbers of a model on the data of a key: rows from `row`.

    A row of `published/KEY-MODEL.json` may have `when` besides: hyperparameters that it holds for.
    """
    file = PUBLISHED / f"{key}-{config.model}.json"
    rows = json.loads(file.read_text("utf-8")) if file.exists() else []
    given = json.loads(json.dumps(running.hyperparameters(config)))  # with lists for tuples, as in the file
    conditions = [row.pop("when", {}) for row in rows]
    return [row for row, when in zip(rows, conditions, strict=True) if all(given[key] == when[key] for key in when)]


def processor_name() -> str:
    """Names the processor."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text("utf-8").splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
