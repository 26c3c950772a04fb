"""A visitor walks the plane between four digits' codes, or along two latents, and draws samples from the prior."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from serving.gallery.exports import Export

PLACE, TITLE = 2, "Walk through its codes"
LABEL = "label"  # an input that says what a sample shall show


def settings(export: Export) -> dict[str, Any] | None:
    """Returns golden codes, and the latents by how much they vary; None unless grey pictures come from a vector."""
    decode, made = export.inputs("decode"), export.outputs("decode").get("reconstruction", {}).get("shape", ())
    code = decode.get("code", {}).get("shape", ())
    is_generative = bool(export.outputs("sample_from"))
    if len(code) != 2 or len(made) != 3 or None in made[1:] or not is_generative:
        return None
    import numpy as np

    codes = export.golden["encode"][1]["code"].astype("<f4")
    labels = export.golden["decode"][0].get(LABEL, np.zeros(0))
    return {
        "codes": base64.b64encode(codes.tobytes()).decode(),
        "count": len(codes),
        "latents": int(code[1]),
        "order": np.argsort(-codes.var(axis=0)).tolist(),
        "shape": made[1:],
        "most": 255.0 if float(export.golden["decode"][1]["reconstruction"].max()) > 1.5 else 1.0,
        "classes": int(export.parameters.get("classes") or 0) if LABEL in decode else 0,
        "labels": labels.astype(int).tolist(),
    }
