"""What a gallery shows of an export: read from its card, its metrics, its golden arrays and its list of ONNX files."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from serving import listed, sums
from serving.refusing import Refused, guarded
from serving.verify import read_golden

if TYPE_CHECKING:
    import numpy as np

CARD, METRICS, GOLDEN, ONNX = "card.md", "metrics.json", "golden.npz", "onnx"
LONGEST = 10_000_000  # bytes of a card and of metrics
NAME = re.compile(r"[A-Za-z0-9][\w.-]*")  # of a folder, which becomes a part of addresses
FIGURE = re.compile(r"!\[[^\]]*\]\(figures/([\w-]+\.png)\)")


@dataclass(frozen=True)
class Export:
    """An export's folder.

    Attributes:
        folder: Where it lies.
        card: Its card, in Markdown, without the front matter.
        metrics: The contents of `metrics.json`.
        golden: By signature, inputs and outputs by name.
        signatures: By name, what `onnx/signatures.json` lists of each; empty without ONNX files.
    """

    folder: Path
    card: str
    metrics: Mapping[str, Any]
    golden: Mapping[str, tuple[Mapping[str, np.ndarray], Mapping[str, np.ndarray]]]
    signatures: Mapping[str, Mapping[str, Any]]

    @property
    def name(self) -> str:
        """What its folder is called."""
        return self.folder.name

    @property
    def title(self) -> str:
        """The card's title."""
        found = re.search(r"^# (.+)$", self.card, re.MULTILINE)
        return found[1].strip() if found else self.name

    @property
    def summary(self) -> str:
        """The card's first paragraph."""
        found = re.search(r"^# .+\n+([^#!\n].*)$", self.card, re.MULTILINE)
        return found[1].strip() if found else ""

    @property
    def figures(self) -> list[str]:
        """The names of the figures: those in the card, in its order, then the others."""
        there = [file.name for file in sorted((self.folder / "figures").glob("*.png"))]
        return [name for name in dict.fromkeys([*FIGURE.findall(self.card), *there]) if name in there]

    def inputs(self, signature: str) -> dict[str, dict[str, Any]]:
        """Returns what a signature takes in ONNX, by name; nothing if it is not there."""
        return {each["name"]: each for each in self.signatures.get(signature, {}).get("inputs", ())}

    def outputs(self, signature: str) -> dict[str, dict[str, Any]]:
        """Returns what a signature gives in ONNX, likewise."""
        return {each["name"]: each for each in self.signatures.get(signature, {}).get("outputs", ())}

    @property
    def takes_texts(self) -> bool:
        """Whether texts go in, which ONNX files cannot take."""
        inputs, _ = self.golden.get("serving_default", ({}, {}))
        return any(value.dtype.kind == "S" for value in inputs.values())

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The hyperparameters that the model was built with."""
        return self.metrics["model"].get("hyperparameters", {})


def found(folder: Path) -> list[Path]:
    """Returns the exports in a folder, sorted.

    Raises:
        Refused: If it holds none.
    """
    exports = sorted(file.parent for file in folder.glob(f"*/{METRICS}") if (file.parent / CARD).is_file())
    if not exports:
        raise Refused(f"{folder} holds no export: give the folder that exports lie in, such as exported/.")
    return exports


def read(folder: Path) -> Export:
    """Reads an export.

    Raises:
        Refused: If it is damaged, or cannot be called in an address as its folder is.
    """
    if not NAME.fullmatch(folder.name):
        raise Refused(f"{folder} must be called with letters, digits, dots and hyphens alone: rename it.")
    sums.check(folder)
    card = _text(folder / CARD)
    card = re.sub(r"\A---\n.*?\n---\n", "", card, flags=re.DOTALL)
    with guarded(folder / METRICS, "cannot be read", "fetch or export it again"):
        metrics = json.loads(_text(folder / METRICS))
        metrics = _checked(metrics)
    golden = read_golden(folder / GOLDEN)
    onnx = folder / ONNX
    signatures = listed.read(onnx)["signatures"] if (onnx / sums.LISTED).is_file() else {}
    return Export(folder, card, metrics, golden, signatures)


def _checked(metrics: dict[str, Any]) -> dict[str, Any]:
    """Returns metrics with what a page shows of them in its place; raises anything where it is not there."""
    rows = {
        key: [{**row, "value": float(row["value"]), "name": str(row["name"])} for row in metrics[key]]
        for key in ("baselines", "published")
    }
    numbers = {key: {str(name): float(value) for name, value in metrics[key].items()} for key in ("test", "validation")}
    model = {**metrics["model"], "name": str(metrics["model"]["name"])}
    return {**metrics, **rows, **numbers, "model": model}


def _text(file: Path) -> str:
    with guarded(file, "cannot be read", "fetch or export it again"):
        if file.stat().st_size > LONGEST:
            raise ValueError("it is too long")
        return file.read_text("utf-8")
