"""A visitor rates some films and sees which others the model recommends."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from serving.refusing import guarded

if TYPE_CHECKING:
    from pathlib import Path

    from serving.gallery.exports import Export

PLACE, TITLE = 5, "Pick films"
CONFIG = "saved_model/assets.extra/model.json"  # where titles are, which ONNX files cannot give
LONGEST = 100_000_000  # bytes of it
SHOWN = 10


def settings(export: Export) -> dict[str, Any] | None:
    """Returns the films and the scale of ratings; None unless ids of films go in and come out."""
    taken, given = export.inputs("recommend"), export.outputs("recommend")
    file = export.folder / CONFIG
    if taken.get("film_ids", {}).get("dtype") != "int64" or "film_ids" not in given or not file.is_file():
        return None
    ids, titles, scale = _films(file)
    return {"ids": ids, "titles": titles, "scale": scale, "most": SHOWN}


def _films(file: Path) -> tuple[list[int], list[str], list[float]]:
    """Returns ids, titles and the lowest and the highest rating, from a model's configuration."""
    with guarded(file, "cannot be read", "fetch or export it again"):
        if file.stat().st_size > LONGEST:
            raise ValueError("it is too long")
        found = json.loads(file.read_text("utf-8"))["config"]
        ids, titles, scale = (_plain(found[name]) for name in ("film_ids", "titles", "scale"))
        if len(ids) != len(titles):
            raise ValueError("not each film has a title")
        return [int(each) for each in ids], [str(each) for each in titles], [float(each) for each in scale]


def _plain(value: Any) -> list[Any]:
    """Returns a list that Keras has written as a tuple or as an array."""
    while isinstance(value, dict):
        value = value.get("config", value)
        value = value.get("items", value.get("value")) if isinstance(value, dict) else value
    return list(value)
