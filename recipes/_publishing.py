"""Writes what a recipe made: the exported model, its figures, its numbers and its card, aside and then in place."""

import dataclasses
import importlib.metadata
import json
import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from huggingface_hub import EvalResult, ModelCard, ModelCardData
from jinja2 import Environment, FileSystemLoader
from matplotlib.figure import Figure

import zoo
from recipes import _run
from recipes._splits import Splits
from recipes._training import Progress
from zoo._files import replacing
from zoo.autoencoder import Autoencoder

CARDS = Path(__file__).with_name("cards")
PUBLISHED = Path(__file__).with_name("published")


@dataclass
class Report:
    """A run's numbers. `test` and `validation`: name to number. `baselines`: rows from `row`."""

    test: dict[str, float] = field(default_factory=dict)
    validation: dict[str, float] = field(default_factory=dict)
    baselines: list[dict[str, Any]] = field(default_factory=list)


def row(name: str, metric: str, value: float, protocol: str, source: str) -> dict[str, Any]:
    """Makes a row of `baselines` or `published`: who, which measure, its value, how it was got, where it stands."""
    return {"name": name, "metric": metric, "value": value, "protocol": protocol, "source": source}


def record(
    recipe: str, config: _run.Options, model: Autoencoder, splits: Splits, progress: Progress, report: Report
) -> dict[str, Any]:
    """Makes the contents of `metrics.json`, the one shape that every table is made from."""
    published = PUBLISHED / f"{splits.name}-{config.model}.json"
    return {
        "test": report.test,
        "validation": report.validation,
        "baselines": report.baselines,
        "published": json.loads(published.read_text("utf-8")) if published.exists() else [],
        "train": {
            "epochs": progress.epoch,
            "best_epoch": progress.best_epoch + 1,
            "seconds": sum(progress.seconds),
            "seconds_per_epoch": float(np.median(progress.seconds)),
            "processor": f"{os.cpu_count()} cores of {processor_name()}",
        },
        "data": {
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
        "command": _run.command(recipe, dataclasses.replace(config, resume=False)),
        "versions": {name: importlib.metadata.version(name) for name in ("tensorflow", "keras", "numpy")}
        | {"python": platform.python_version()},
    }


def publish(
    model: Autoencoder,
    folder: Path,
    *,
    record: dict[str, Any],
    figures: Mapping[str, Figure],
    recipe: str,
    pixel_max: float,
    examples: np.ndarray,
) -> None:
    """Writes an export and puts it in the place of what was there.

    Args:
        model: The trained model.
        folder: Where to.
        record: What `record` returned.
        figures: By file name without ending; the first leads the card.
        recipe: The recipe's name; `cards/NAME.md.jinja` holds its card's words.
        pixel_max: The largest value of a raw pixel.
        examples: A few raw inputs.

    Raises:
        OSError: If it cannot be written; what was there is then whole.
    """
    with replacing(folder) as aside:
        (aside / "figures").mkdir(parents=True)
        for name, figure in figures.items():
            figure.savefig(aside / "figures" / f"{name}.png")
        (aside / "metrics.json").write_text(json.dumps(record, indent=1) + "\n", "utf-8")
        (aside / "card.md").write_text(card(recipe, model, record, list(figures), pixel_max), "utf-8")
        zoo.export(model, aside, pixel_max=pixel_max, examples=examples)


def table(record: dict[str, Any]) -> str:
    """Returns the test numbers with each baseline's and published number beside the model's."""
    ours = pd.DataFrame({record["model"]["name"]: record["test"]})
    others = pd.DataFrame(record["baselines"] + record["published"])
    beside = others.drop_duplicates(["metric", "name"]).pivot(index="metric", columns="name", values="value")
    return ours.join(beside).to_string(float_format="{:.4f}".format, na_rep="")


def card(recipe: str, model: Autoencoder, record: dict[str, Any], figures: list[str], pixel_max: float) -> str:
    """Returns the model card, with front matter that model hubs read."""
    name = record["model"]["name"]
    title = f"{name} autoencoder of {record['data']['name']}"
    results = [
        EvalResult(
            task_type="feature-extraction",
            dataset_type=recipe,
            dataset_name=record["data"]["name"],
            metric_type=metric,
            metric_value=value,
        )
        for metric, value in record["test"].items()
    ]
    data = ModelCardData(
        license="apache-2.0",
        library_name="keras",
        pipeline_tag="feature-extraction",
        tags=["autoencoder", name],
        model_name=title,
        eval_results=results,
    )
    about = zoo.describe(name)
    signatures = [
        {
            "name": signature,
            "inputs": ", ".join(f"`{spec.name}` {_shape(spec.shape)}" for spec in endpoint.inputs),
            "outputs": ", ".join(f"`{key}` {_shape(shape)}" for key, shape in endpoint.output_shapes().items()),
        }
        for signature, endpoint in model.endpoints(pixel_max).items()
    ]
    templates = Environment(loader=FileSystemLoader(CARDS), autoescape=False, keep_trailing_newline=True)
    content = templates.get_template(f"{recipe}.md.jinja").render(
        card_data=data.to_yaml(),
        title=title,
        about=about,
        figure=figures[0],
        shape=model.encoder.input_shape[1:],
        signatures=signatures,
        record=record,
    )
    return str(ModelCard(content))


def processor_name() -> str:
    """Names the processor."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text("utf-8").splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _shape(shape: Any) -> str:
    return "(" + ", ".join("batch" if size is None else str(size) for size in shape) + ")"
