"""A picture of what an export does, for the first page: samples over what it makes of them, on no background."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from serving.gallery.exports import Export

COLUMNS, SIDE, GAP = 4, 84, 10  # samples; pixels of each, and between them
LEAST = 28  # pixels of a side, below which golden pictures show nothing
LABEL = "label"
GIVEN, MADE = (140, 137, 150), (118, 102, 235)  # colors of ink, seen on light and dark paper


def write(export: Export, target: Path) -> bool:
    """Writes the picture, if the golden arrays are pictures; returns whether they are."""
    import numpy as np
    from PIL import Image

    inputs, outputs = export.golden.get("serving_default", ({}, {}))
    given, made = inputs.get("x"), outputs.get("reconstruction")
    if LABEL in inputs:  # of which golden ones are not what the samples show
        return False
    if given is None or made is None or given.shape != made.shape or not _is_picture(given):
        return False
    rows = [_row(given, GIVEN), _row(made, MADE)]
    whole = np.concatenate([rows[0], np.zeros((GAP, *rows[0].shape[1:]), "uint8"), rows[1]])
    content = io.BytesIO()
    Image.fromarray(whole).save(content, "PNG", optimize=True)
    target.write_bytes(content.getvalue())
    return True


def _is_picture(x: np.ndarray) -> bool:
    sides = x.shape[1:3]
    return x.dtype.kind == "f" and x.ndim in (3, 4) and x.shape[3:] in ((), (1,)) and min(sides, default=0) >= LEAST


def _row(x: np.ndarray, ink: tuple[int, int, int]) -> np.ndarray:
    """Returns some samples side by side: digits as ink, shape `(SIDE, width, 4)`; grey pictures as they are."""
    import numpy as np
    from PIL import Image

    cells = []
    for picture in x[:COLUMNS].reshape(len(x[:COLUMNS]), *x.shape[1:3]):
        image = Image.fromarray(np.clip(np.rint(picture), 0, 255).astype("uint8"))
        grey = np.asarray(image.resize((SIDE, SIDE), Image.Resampling.NEAREST))
        if x.ndim == 3:
            cell = np.concatenate([np.full((*grey.shape, 3), ink, "uint8"), grey[..., None]], axis=-1)
        else:
            cell = np.stack([grey, grey, grey, np.full_like(grey, 255)], axis=-1)
        cells += [cell, np.zeros((SIDE, GAP, 4), "uint8")]
    return np.concatenate(cells[:-1], axis=1)
