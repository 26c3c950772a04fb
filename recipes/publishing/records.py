"""The contents of `metrics.json`: the one shape that every table is made from."""

import dataclasses
import importlib.metadata
import json
import os
import platform
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from recipes import running
from recipes.data.splits import Described
from recipes.publishing.report import Report
from recipes.training import Progress
from zoo.autoencoder import Autoencoder

PUBLISHED = Path(__file__).with_name("published")


def record(
    recipe: str,
    config: running.Options,
    model: Autoencoder,
    splits: Described,
    progress: Progress,
    report: Report,
    hyperparameters: Mapping[str, Any] | None = None,
    earlier: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Makes the contents of `metrics.json`, the one shape that every table is made from.

    Args:
        recipe: The recipe's name.
        config: Its options.
        model: What is exported.
        splits: The data.
        progress: How the training went.
        report: What was measured.
        hyperparameters: The model's, if they are others than the options'.
        earlier: Of a model that was loaded, `train`, `model` and `seed` of its own record.
    """
    given = dict(config.hyperparameters if hyperparameters is None else hyperparameters)
    key = config.data_key or splits.key
    known = published(key, config.model, {**running.hyperparameters(config), **given})
    if recipe != config.model:
        known = published(key, recipe) + known
    made = earlier or {
        "train": {
            "epochs": progress.epoch,
            "best_epoch": progress.best_epoch + 1,
            "seconds": progress.pretraining + sum(progress.seconds),
            "seconds_per_epoch": float(np.median(progress.seconds)),
            "processor": f"{os.cpu_count()} cores of {processor_name()}",
        },
        "model": {"name": config.model, "hyperparameters": given, "parameters": model.count_params()},
        "seed": config.seed,
    }
    return {
        "test": report.test,
        "validation": report.validation,
        "baselines": report.baselines,
        "published": [row for row in known if row["metric"] in report.test],
        "train": made["train"],
        "data": {
            "key": key,
            "name": splits.name,
            "source": splits.source,
            "split": splits.split,
            "checksum": splits.checksum,
            "licence": splits.licence,
        },
        "model": made["model"],
        "seed": made["seed"],
        "command": running.command(recipe, dataclasses.replace(config, resume=False)),
        "versions": {name: importlib.metadata.version(name) for name in ("tensorflow", "keras", "numpy")}
        | {"python": platform.python_version()},
    }


def published(key: str, name: str, hyperparameters: Mapping[str, Any] = MappingProxyType({})) -> list[dict[str, Any]]:
    """Returns the published numbers of a model, or of a recipe, on the data of a key: rows from `row`.

    A row of `published/KEY-NAME.json` may have `when` besides: hyperparameters that it holds for.
    """
    file = PUBLISHED / f"{key}-{name}.json"
    rows = json.loads(file.read_text("utf-8")) if file.exists() else []
    given = json.loads(json.dumps(dict(hyperparameters)))  # with lists for tuples, as in the file
    conditions = [row.pop("when", {}) for row in rows]
    return [row for row, when in zip(rows, conditions, strict=True) if all(given[key] == when[key] for key in when)]


def processor_name() -> str:
    """Names the processor."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text("utf-8").splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
