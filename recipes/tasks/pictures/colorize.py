"""Giving grey pictures colour."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from recipes.metrics.ciede2000 import ciede2000
from recipes.metrics.colourfulness import colourfulness
from recipes.tasks.pictures.condition import LEVELS, Baseline, Case, Condition, Measure, rounded
from zoo import UsageError
from zoo.layers.colour import coloured, lightened, to_lab

if TYPE_CHECKING:
    from recipes.data.images import Images


def measures(options: Mapping[str, Any]) -> dict[str, Measure]:
    """Returns how far off colours are, and how colourful they look."""
    return {
        "ciede2000": Measure(
            ciede2000,
            "colour difference to the true picture, mean over pixels and pictures; 0 is none.",
            "ΔE {:.1f}",
        ),
        "colourfulness": Measure(
            lambda truth, restored: colourfulness(restored),
            "how colourful pictures look (Hasler and Suesstrunk 2003), from 0; mean over pictures.",
            "colour {:.0f}",
        ),
    }


def conditions(options: Mapping[str, Any], images: Images) -> list[Condition]:
    """Returns the one condition: pictures made grey, as light as they were."""
    if images.test.inputs:
        raise UsageError("--task colorize makes grey pictures itself: give --data, not --inputs and --targets.")
    chroma = np.mean([_chroma(picture) for picture in images.train.pictures], axis=0)
    baselines = [
        Baseline("grey", lambda seen: np.repeat(seen, 3, axis=-1), "the same grey pictures, as they are"),
        Baseline(
            "mean colour",
            lambda seen: coloured(seen, np.broadcast_to(chroma, (*seen.shape[:-1], 2))).numpy(),
            "the same grey pictures; everywhere the training pictures' mean chroma",
        ),
    ]
    return [Condition("", _grey, "grey", "colour from grey", baselines)]


def _grey(truth: np.ndarray, number: int) -> Case:
    return rounded(lightened(truth).numpy()), truth


def _chroma(picture: np.ndarray) -> np.ndarray:
    """Returns a picture's mean a and b."""
    return to_lab((picture / LEVELS).astype("float32")).numpy()[..., 1:].mean(axis=(0, 1))
