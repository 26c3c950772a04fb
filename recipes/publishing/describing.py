"""The model card of an export."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from huggingface_hub import EvalResult, ModelCard, ModelCardData
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

import zoo
from recipes.publishing import markdown
from zoo.autoencoder import Autoencoder
from zoo.words import printable

MOST_INPUTS = 8  # that a card lists
CARDS = Path(__file__).with_name("cards")


def card(
    recipe: str,
    model: Autoencoder,
    endpoints: Sequence[Mapping[str, str]],
    record: dict[str, Any],
    explained: Mapping[str, str],
    figures: list[str],
    inputs: Mapping[str, Any] | None = None,
    sums: str = "",
) -> str:
    """Returns the model card, with front matter that model hubs read.

    Args:
        recipe: The recipe's name; `cards/NAME.md.jinja` holds its words.
        model: The exported model.
        endpoints: What `signatures` returned of it.
        record: The contents of `metrics.json`.
        explained: A sentence for each number that the template does not explain itself.
        figures: The files of figures, the first of which leads.
        inputs: Those of `inputs.json`.
        sums: Those of the export's files, a line each.
    """
    name = record["model"]["name"]
    about = zoo.describe(name)
    use = "image-to-image" if model.kind.name == "pictures" else "feature-extraction"
    data_name = printable(record["data"]["name"])
    title = f"{name} autoencoder of {data_name}"
    results = [
        EvalResult(
            task_type=use,
            dataset_type=recipe,
            dataset_name=data_name,
            metric_type=printable(metric),
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
    # All that a template inserts is text, unless it is marked to be more.
    templates = Environment(
        loader=FileSystemLoader(CARDS), autoescape=True, finalize=markdown.text, keep_trailing_newline=True
    )
    templates.filters["code"] = markdown.code
    content = templates.get_template(f"{recipe}.md.jinja").render(
        card_data=Markup(data.to_yaml()),
        title=title,
        about=about,
        figures=figures,
        shape=["any" if size is None else size for size in model.encoder.input_shape[1:]],
        inputs=inputs or {},
        signatures=endpoints,
        record=record,
        explained=explained,
        sums=Markup(sums),
    )
    return str(ModelCard(content))


def signatures(model: Autoencoder) -> list[dict[str, str]]:
    """Returns the name, the inputs and the outputs of each endpoint, as a card writes them; traces each."""
    return [
        {
            "name": name,
            "inputs": Markup(_inputs(endpoint.inputs)),
            "outputs": Markup(", ".join(f"`{key}` {_described(spec)}" for key, spec in endpoint.outputs().items())),
        }
        for name, endpoint in model.endpoints().items()
    ]


def _inputs(specs: Sequence[Any]) -> str:
    """Lists the inputs; of a table's columns, each of which is one, the first."""
    listed = [f"`{spec.name}` {_described(spec)}" for spec in specs[:MOST_INPUTS]]
    more = len(specs) - len(listed)
    return ", ".join(listed) + (f" and {more:,} more" if more else "")


def _described(spec: Any) -> str:
    """Says a tensor's shape, of which the batch and other sizes may be free, and its type if that is not float32."""
    free = ["batch", *["any"] * len(spec.shape)]
    shape = "(" + ", ".join(free[i] if size is None else str(size) for i, size in enumerate(spec.shape)) + ")"
    return shape if spec.dtype.name == "float32" else f"{shape} {spec.dtype.name}"
