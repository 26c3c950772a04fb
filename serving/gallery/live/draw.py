"""A visitor draws a digit and sees its code and its reconstruction while drawing; with noise, if wanted."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from serving.gallery.exports import Export

PLACE, TITLE = 1, "Draw a digit"
SHAPE = [28, 28]
DETECTOR = "normal"  # an input that chooses one of several detectors
WITHIN = "auroc_"  # before the names of what is normal to each, in the metrics


def settings(export: Export) -> dict[str, Any] | None:
    """Returns the golden digits, and what the signatures offer besides; None unless digits alone go in and come out."""
    encode, decode = export.inputs("encode"), export.outputs("decode")
    shapes = [encode.get("x", {}).get("shape"), decode.get("reconstruction", {}).get("shape")]
    if any(shape is None or shape[1:] != SHAPE for shape in shapes) or encode.keys() - {"x", DETECTOR}:
        return None
    import numpy as np

    digits = export.golden["encode"][0]["x"]
    corrupted = export.parameters.get("corruption") == "gaussian"
    return {
        "digits": base64.b64encode(np.clip(np.rint(digits), 0, 255).astype("uint8").tobytes()).decode(),
        "count": len(digits),
        "code": next(name for name in export.inputs("decode") if name != DETECTOR),
        "shown": "indices" if "indices" in export.outputs("encode") else "code",
        "noise": float(export.parameters.get("level", 0)) if corrupted else 0.0,
        "error": export.metrics["test"].get("mse"),
        "detects": bool(export.outputs("detect")),
        "normal": _normal(export) if DETECTOR in encode else [],
    }


def _normal(export: Export) -> list[str]:
    """Returns what is normal to each detector, in their order."""
    return [name.removeprefix(WITHIN) for name in export.metrics["test"] if name.startswith(WITHIN)]
