"""Writes what a recipe made: the exported model, its figures, its numbers and its card, aside and then in place."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from PIL import Image

import zoo
from recipes.publishing.describing import card
from zoo.autoencoder import Autoencoder
from zoo.files import replacing

UNSEEN = 0.1  # mean difference of two pictures, in steps of 8 bits


def publish(
    model: Autoencoder,
    folder: Path,
    *,
    record: dict[str, Any],
    explained: Mapping[str, str],
    figures: Mapping[str, Figure],
    recipe: str,
    examples: np.ndarray,
    inputs: Mapping[str, Any] | None = None,
) -> None:
    """Writes an export and puts it in the place of what was there.

    Args:
        model: The trained model.
        folder: Where to.
        record: What `record` returned.
        explained: A sentence for each number that the recipe's card does not explain itself.
        figures: By file name without ending; the first leads the card.
        recipe: The recipe's name; `cards/NAME.md.jinja` holds its card's words.
        examples: A few raw inputs.
        inputs: By input, what goes in, such as a table's columns by name; `inputs.json` says it.

    Raises:
        OSError: If it cannot be written; what was there is then whole.
    """
    with replacing(folder) as aside:
        (aside / "figures").mkdir(parents=True)
        for name, figure in figures.items():
            _save(figure, aside / "figures" / f"{name}.png")
        (aside / "metrics.json").write_text(json.dumps(record, indent=1) + "\n", "utf-8")
        (aside / "card.md").write_text(card(recipe, model, record, explained, list(figures), inputs), "utf-8")
        if inputs:
            (aside / "inputs.json").write_text(json.dumps(inputs, indent=1) + "\n", "utf-8")
        zoo.export(model, aside, examples=examples)


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
    others = pd.DataFrame(record["baselines"] + record["published"], columns=["name", "metric", "value"])
    beside = others.drop_duplicates(["metric", "name"]).pivot(index="metric", columns="name", values="value")
    return ours.join(beside).to_string(float_format="{:.4f}".format, na_rep="")
