"""The model card of an export."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from huggingface_hub import EvalResult, ModelCard, ModelCardData
from jinja2 import Environment, FileSystemLoader

import zoo
from zoo.autoencoder import Autoencoder

CARDS = Path(__file__).with_name("cards")


def card(
    recipe: str,
    model: Autoencoder,
    record: dict[str, Any],
    explained: Mapping[str, str],
    figures: list[str],
    inputs: Mapping[str, Any] | None = None,
) -> str:
    """Returns the model card, with front matter that model hubs read; `inputs` are those of `inputs.json`."""
    name = record["model"]["name"]
    about = zoo.describe(name)
    use = "image-to-image" if model.kind.name == "pictures" else "feature-extraction"
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
            "inputs": ", ".join(f"`{spec.name}` {_described(spec)}" for spec in endpoint.inputs),
            "outputs": ", ".join(f"`{key}` {_described(spec)}" for key, spec in endpoint.outputs().items()),
        }
        for signature, endpoint in model.endpoints().items()
    ]
    templates = Environment(loader=FileSystemLoader(CARDS), autoescape=False, keep_trailing_newline=True)
    content = templates.get_template(f"{recipe}.md.jinja").render(
        card_data=data.to_yaml(),
        title=title,
        about=about,
        figure=figures[0],
        figures=figures,
        shape=["any" if size is None else size for size in model.encoder.input_shape[1:]],
        inputs=inputs or {},
        signatures=signatures,
        record=record,
        explained=explained,
    )
    return str(ModelCard(content))


def _described(spec: Any) -> str:
    """Says a tensor's shape, of which the batch and other sizes may be free, and its type if that is not float32."""
    free = ["batch", *["any"] * len(spec.shape)]
    shape = "(" + ", ".join(free[i] if size is None else str(size) for i, size in enumerate(spec.shape)) + ")"
    return shape if spec.dtype.name == "float32" else f"{shape} {spec.dtype.name}"
