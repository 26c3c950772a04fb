"""Giving grey pictures color."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from recipes.metrics.ciede2000 import ciede2000
from recipes.metrics.colorfulness import colorfulness
from recipes.tasks.pictures.condition import LEVELS, Baseline, Case, Condition, Measure, rounded
from zoo import UsageError
from zoo.layers.color import colored, lightened, to_lab

if TYPE_CHECKING:
    from recipes.data.images import Images


def measures(options: Mapping[str, Any]) -> dict[str, Measure]:
    """Returns how far off colors are, and how colorful they look."""
    return {
        "ciede2000": Measure(
            ciede2000,
            "color difference to the true picture, mean over pixels and pictures; 0 is none.",
            "ΔE {:.1f}",
        ),
        "colorfulness": Measure(
            lambda truth, restored: colorfulness(restored),
            "how colorful pictures look (Hasler and Suesstrunk 2003), from 0; mean over pictures.",
            "color {:.0f}",
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
            "mean color",
            lambda seen: colored(seen, np.broadcast_to(chroma, (*seen.shape[:-1], 2))).numpy(),
            "the same grey pictures; everywhere the training pictures' mean chroma",
        ),
    ]
    return [Condition("", _grey, "grey", "color from grey", baselines)]


def _grey(truth: np.ndarray, number: int) -> Case:
    return rounded(lightened(truth).numpy()), truth


def _chroma(picture: np.ndarray) -> np.ndarray:
    """Returns a picture's mean a and b."""
    return to_lab((picture / LEVELS).astype("float32")).numpy()[..., 1:].mean(axis=(0, 1))
