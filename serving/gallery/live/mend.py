"""A visitor drops a photograph in and sees it mended or enlarged, beside what it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from serving.gallery.exports import Export

PLACE, TITLE = 3, "Give it a photograph"
TAKEN = "image"
AROUND = ("scale", "multiple", "reach")  # what `geometry` says


def settings(export: Export) -> dict[str, Any] | None:
    """Returns how pictures are cut into tiles; None unless pictures of any size go in and come out."""
    given = export.inputs("serving_default").get(TAKEN, {}).get("shape", ())
    made = export.outputs("serving_default").get("reconstruction", {}).get("shape", ())
    around = export.golden.get("geometry", ({}, {}))[1]
    if len(given) != 4 or given[1:3] != [None, None] or any(name not in around for name in AROUND):
        return None
    levels = export.parameters.get("noise", ())
    takes_noise = export.parameters.get("task") == "denoise"
    return {
        "channels": [given[3], made[3]],
        **{name: int(around[name]) for name in AROUND},
        "noise": float(levels[0] or levels[-1] / 2) if takes_noise and levels else 0.0,
    }
