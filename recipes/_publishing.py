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
from PIL import Image

import zoo
from recipes import _run
from recipes._splits import Told
from recipes._training import Progress
from zoo.autoencoder import Autoencoder
from zoo.files import replacing

CARDS = Path(__file__).with_name("cards")
UNSEEN = 0.1  # mean difference of two pictures, in steps of 8 bits
PUBLISHED = Path(__file__).with_name("published")


@dataclass
class Report:
    """A run's numbers.

    Attributes:
        test: Name to number.
        validation: Likewise.
        baselines: Rows from `row`.
        explained: Name to a sentence, for numbers that the recipe's card does not explain itself.
    """

    test: dict[str, float] = field(default_factory=dict)
    validation: dict[str, float] = field(default_factory=dict)
    baselines: list[dict[str, Any]] = field(default_factory=list)
    explained: dict[str, str] = field(default_factory=dict)

    def add(self, other: "Report", explained: Mapping[str, str]) -> None:
        """Adds what an ability measured, and what its numbers mean."""
        self.test |= other.test
        self.validation |= other.validation
        self.baselines += other.baselines
        self.explained |= explained


def row(name: str, metric: str, value: float, protocol: str, source: str) -> dict[str, Any]:
    """Makes a row of `baselines` or `published`: who, which measure, its value, how it was got, where it stands."""
    return {"name": name, "metric": metric, "value": value, "protocol": protocol, "source": source}


def record(
    recipe: str, config: _run.Options, model: Autoencoder, splits: Told, progress: Progress, report: Report
) -> dict[str, Any]:
    """Makes the contents of `metrics.json`, the one shape that every table is made from."""
    return {
        "test": report.test,
        "validation": report.validation,
        "baselines": report.baselines,
        "published": published(splits.name, config),
        "train": {
            "epochs": progress.epoch,
            "best_epoch": progress.best_epoch + 1,
            "seconds": progress.pretraining + sum(progress.seconds),
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


def published(data: str, config: _run.Options) -> list[dict[str, Any]]:
    """Returns the published numbers of a model on a data set: rows from `row`.

    A row of `recipes/published/DATA-MODEL.json` may have `when` besides: hyperparameters that it holds for.
    """
    file = PUBLISHED / f"{data}-{config.model}.json"
    rows = json.loads(file.read_text("utf-8")) if file.exists() else []
    given = json.loads(json.dumps(_run.hyperparameters(config)))  # with lists for tuples, as in the file
    conditions = [row.pop("when", {}) for row in rows]
    return [row for row, when in zip(rows, conditions, strict=True) if all(given[key] == when[key] for key in when)]


def publish(
    model: Autoencoder,
    folder: Path,
    *,
    record: dict[str, Any],
    explained: Mapping[str, str],
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
        explained: A sentence for each number that the recipe's card does not explain itself.
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
            _save(figure, aside / "figures" / f"{name}.png")
        (aside / "metrics.json").write_text(json.dumps(record, indent=1) + "\n", "utf-8")
        (aside / "card.md").write_text(card(recipe, model, record, explained, list(figures), pixel_max), "utf-8")
        zoo.export(model, aside, pixel_max=pixel_max, examples=examples)


def _save(figure: Figure, file: Path) -> None:
    """Saves a figure; with a palette, in half the bytes, where nobody would see the difference."""
    figure.savefig(file)
    with Image.open(file) as image:
        full = image.convert("RGB")
    few = full.quantize(256, dither=Image.Dither.NONE)
    difference = np.asarray(full, "int16") - np.asarray(few.convert("RGB"))
    if np.abs(difference).mean() < UNSEEN:
        few.save(file, optimize=True)


def table(record: dict[str, Any]) -> str:
    """Returns the test numbers with each baseline's and published number beside the model's."""
    ours = pd.DataFrame({record["model"]["name"]: record["test"]})
    others = pd.DataFrame(record["baselines"] + record["published"])
    beside = others.drop_duplicates(["metric", "name"]).pivot(index="metric", columns="name", values="value")
    return ours.join(beside).to_string(float_format="{:.4f}".format, na_rep="")


def card(
    recipe: str,
    model: Autoencoder,
    record: dict[str, Any],
    explained: Mapping[str, str],
    figures: list[str],
    pixel_max: float,
) -> str:
    """Returns the model card, with front matter that model hubs read."""
    name = record["model"]["name"]
    about = zoo.describe(name)
    use = "image-to-image" if about.data == "pictures" else "feature-extraction"
    title = f"{name} autoencoder of {record['data']['name']}"
    results = [
        EvalResult(
            task_type=use,
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
        pipeline_tag=use,
        tags=["autoencoder", name],
        model_name=title,
        eval_results=results,
    )
    signatures = [
        {
            "name": signature,
            "inputs": ", ".join(f"`{spec.name}` {_told(spec)}" for spec in endpoint.inputs),
            "outputs": ", ".join(f"`{key}` {_told(spec)}" for key, spec in endpoint.outputs().items()),
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
        explained=explained,
    )
    return str(ModelCard(content))


def processor_name() -> str:
    """Names the processor."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text("utf-8").splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _told(spec: Any) -> str:
    """Says a tensor's shape, of which the batch and other sizes may be free, and its type if that is not float32."""
    free = ["batch", *["any"] * len(spec.shape)]
    shape = "(" + ", ".join(free[i] if size is None else str(size) for i, size in enumerate(spec.shape)) + ")"
    return shape if spec.dtype.name == "float32" else f"{shape} {spec.dtype.name}"
