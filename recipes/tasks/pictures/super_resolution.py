"""Making pictures larger and sharper."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from recipes.baselines.bicubic import bicubic, shrunk
from recipes.metrics.luminance import luminance
from recipes.metrics.psnr import psnr
from recipes.metrics.ssim import ssim
from recipes.tasks.pictures.condition import Baseline, Case, Condition, Measure
from zoo import UsageError

if TYPE_CHECKING:
    from recipes.data.images import Images


def measures(options: Mapping[str, Any]) -> dict[str, Measure]:
    """Returns what super-resolution papers measure: luminance, with as many pixels shaved at each edge as the scale."""
    shaved = functools.partial(_shaved, border=options["scale"])
    return {
        "psnr_y": Measure(
            lambda truth, restored: psnr(*shaved(truth, restored)),
            "peak signal-to-noise ratio of luminance (ITU-R BT.601), outputs rounded to 8 bits and "
            f"{options['scale']} pixels shaved at each edge; mean over pictures.",
            "{:.2f} dB",
        ),
        "ssim_y": Measure(
            lambda truth, restored: ssim(*shaved(truth, restored), gaussian=True),
            "structural similarity (Wang et al. 2004, Gaussian window of sigma 1.5) of the same; mean over pictures.",
            "{:.3f}",
        ),
    }


def conditions(options: Mapping[str, Any], images: Images) -> list[Condition]:
    """Returns the one condition: pictures made smaller by bicubic interpolation, and rounded to 8 bits."""
    if images.test.inputs:
        raise UsageError(
            "--task super_resolution makes small pictures itself: give --data, not --inputs and --targets."
        )
    scale = options["scale"]

    def small(truth: np.ndarray, number: int) -> Case:
        height, width = (length // scale * scale for length in truth.shape[1:3])
        truth = truth[:, :height, :width]
        return shrunk(truth, scale), truth

    enlarge = functools.partial(bicubic, scale=scale)
    baselines = [Baseline("bicubic", enlarge, "the same small pictures")]
    return [Condition("", small, f"1/{scale} of the size", f"{scale} times as high and wide", baselines)]


def _shaved(*pictures: np.ndarray, border: int) -> list[np.ndarray]:
    """Returns luminance without the border, where there is more than that."""
    height, width = pictures[0].shape[1:3]
    edge = min(border, (height - 1) // 2, (width - 1) // 2)
    return [luminance(x)[:, edge : height - edge, edge : width - edge] for x in pictures]
