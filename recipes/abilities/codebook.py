"""Codes of symbols: how much of the codebook is in use, and what a sample takes in bits."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from recipes.figures import reconstructions, usage
from recipes.publishing import Drawing, Report, row
from zoo.ops.perplexity import perplexity, shares

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from recipes.data.splits import Splits
    from zoo.autoencoder import Autoencoder

MEASURES = {
    "perplexity": "How many entries of the codebook are in use, by how often: exp of the entropy of their shares.",
    "codes_used": "Share of the codebook's entries that occur.",
    "bits": "Bits a sample for a coder that knows how often each entry occurs: positions times log2(perplexity).",
}


def able(model: Autoencoder) -> bool:
    """Says whether the model's code is made of a codebook's entries."""
    return hasattr(model, "decode_indices")


def measure(model: Any, splits: Splits, codes: dict[str, np.ndarray]) -> Report:
    """Measures the use of the codebook on validation and test data, beside that of one used evenly."""
    report = Report()
    positions, entries = math.prod(codes["test"].shape[1:-1]), model.quantizer.entries
    for part in ("validation", "test"):
        share = shares(model.indices(splits[part].x), entries)
        spread = float(perplexity(share))
        numbers = {"perplexity": spread, "codes_used": float((share > 0).mean()), "bits": positions * math.log2(spread)}
        setattr(report, part, numbers)
    for metric, value in (("perplexity", float(entries)), ("bits", positions * math.log2(entries))):
        report.baselines.append(row("all entries alike", metric, value, "a codebook of that size", "by definition"))
    return report


def draw(model: Any, splits: Splits, codes: dict[str, np.ndarray]) -> dict[str, Drawing]:
    """Draws how often each entry occurs, and, of pictures, the map of symbols between digit and reconstruction."""
    entries = model.quantizer.entries

    def used() -> Figure:
        share = shares(model.indices(splits.test.x), entries)
        return usage.draw(share, f"{model.name}: use of the codebook on test data")

    def symbols() -> Figure:
        x = splits.test.x[splits.shown()]
        indices = model.indices(x)
        rows = {
            "input": x,
            "symbols": indices / max(1, entries - 1),
            "reconstruction": model.decode_indices(indices),
        }
        return reconstructions.draw(rows, f"{model.name}: a shade of grey for each entry")

    in_plane = codes["test"].ndim == 4 and splits.pictures
    return {"codebook": used, "symbols": symbols} if in_plane else {"codebook": used}
