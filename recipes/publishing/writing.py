"""Writes what a recipe made: the exported model, its numbers and its card, aside and then in place; then figures."""

import functools
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import zoo
from recipes.publishing.artifact import Artifact
from recipes.publishing.describing import card, signatures
from recipes.publishing.drawing import Drawing, drawn
from zoo import checksums, converting
from zoo.autoencoder import Autoencoder
from zoo.checks import said
from zoo.files import replacing
from zoo.words import printable


def publish(
    model: Autoencoder,
    folder: Path,
    *,
    record: dict[str, Any],
    explained: Mapping[str, str],
    draw: Callable[[], Mapping[str, Drawing]],
    recipe: str,
    examples: np.ndarray,
    formats: Sequence[str] = (),
    calibration: np.ndarray | None = None,
    again: Callable[[Artifact], Mapping[str, float]] | None = None,
    inputs: Mapping[str, Any] | None = None,
    files: Mapping[str, str] | None = None,
) -> None:
    """Writes an export and puts it in the place of what was there; then draws, and shows the figures in the card.

    Args:
        model: The trained model.
        folder: Where to.
        record: What `record` returned.
        explained: A sentence for each number that the recipe's card does not explain itself.
        draw: Gives, by file name without ending, what draws a figure; the first leads the card. What of it fails is
            left out, and a sentence says so.
        recipe: The recipe's name; `cards/NAME.md.jinja` holds its card's words.
        examples: A few raw inputs.
        formats: What to export in beside the SavedModel. How those that are converted compare with the model becomes
            the record's `formats`.
        calibration: Raw validation samples, by which formats that round know how large numbers become.
        again: Returns test numbers as an export in such a format has them; they stand there beside the model's.
        inputs: By input, what goes in, such as a table's columns by name; `inputs.json` says it.
        files: By name, the text of other files beside these.

    Raises:
        OSError: If the export cannot be written; what was there is then whole.
    """

    @functools.cache
    def endpoints() -> list[dict[str, str]]:
        return signatures(model)

    def describe(file: Path, figures: list[str], record: dict[str, Any]) -> None:
        try:
            sums = (file.parent / checksums.NAME).read_text("utf-8")
            text = card(recipe, model, endpoints(), record, explained, figures, inputs, sums)
        except OSError:
            raise
        except Exception as error:  # words of others, in a template: no reason to lose a model
            _tell("The card", error)
        else:
            with replacing(file) as aside:
                aside.write_text(text, "utf-8")

    with replacing(folder) as aside:
        aside.mkdir()
        if inputs:
            (aside / "inputs.json").write_text(json.dumps(inputs, indent=1) + "\n", "utf-8")
        for name, text in (files or {}).items():
            (aside / name).write_text(text, "utf-8")
        named = list(dict.fromkeys(("saved_model", *formats)))
        zoo.export(model, aside, formats=named, examples=examples, calibration=calibration)
        compared = converted(aside)
        if again:
            for name in rounded(compared):
                compared[name] |= measured(again, Artifact(aside, name))
        whole = record | ({"formats": compared} if compared else {})
        (aside / "metrics.json").write_text(json.dumps(whole, indent=1) + "\n", "utf-8")
        checksums.write(aside)
        describe(aside / checksums.CARD, [], whole)
    try:
        with replacing(folder / "figures") as aside:
            aside.mkdir()
            figures = drawn(draw, aside)
        describe(folder / checksums.CARD, figures, whole)
    except OSError as error:
        _tell("The figures", error)


def converted(folder: Path) -> dict[str, dict[str, Any]]:
    """Returns, by format, how an export's signatures compare with the model where they were converted."""
    kept = ("difference", "tolerance", "bytes", "milliseconds", "left_out")
    return {
        name: {
            "signatures": {
                signature: {key: each[key] for key in kept if key in each}
                for signature, each in listed["signatures"].items()
            },
            "refused": listed["refused"],
            "versions": listed["versions"],
        }
        for name, listed in converting.read(folder).items()
    }


def rounded(compared: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Returns the names of the formats whose signatures may differ from the model's."""
    return [
        name for name, found in compared.items() if any("tolerance" in each for each in found["signatures"].values())
    ]


def measured(again: Callable[[Artifact], Mapping[str, float]], artifact: Artifact) -> dict[str, Any]:
    """Returns the test numbers of a rounded export, as `test`; nothing, and says so, where they cannot be had."""
    try:
        return {"test": dict(again(artifact))}
    except Exception as error:  # such as a signature that was left out: no reason to lose a model
        print(f"What {artifact.format} costs could not be measured ({said(error):.300}).", file=sys.stderr)
        return {}


def _tell(what: str, error: Exception) -> None:
    print(f"{what} could not be written ({said(error):.300}); the export is whole.", file=sys.stderr)


def table(record: dict[str, Any]) -> str:
    """Returns the test numbers with each baseline's and published number beside the model's."""
    ours = pd.DataFrame({record["model"]["name"]: record["test"]})
    others = pd.DataFrame(record["baselines"] + record["published"], columns=["name", "metric", "value"])
    beside = others.drop_duplicates(["metric", "name"]).pivot(index="metric", columns="name", values="value")
    whole = ours.join(beside).rename(index=printable, columns=printable)
    return whole.to_string(float_format="{:.4f}".format, na_rep="")
