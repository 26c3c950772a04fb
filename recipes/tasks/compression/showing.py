"""What figures of a compressor show: curves, and pictures in as many bytes as the usual formats make of them."""

from __future__ import annotations

import functools

import numpy as np

from recipes.baselines import codecs
from recipes.data.images import Loaded
from recipes.figures.restorations import Panel
from recipes.metrics.ms_ssim import decibels
from recipes.metrics.psnr import psnr
from recipes.tasks.compression.measuring import LEVELS, Compressor, Measured

SHOWN = 2  # test pictures
RATE = 0.25  # bits a pixel: where faults are seen


def panels(measured: Measured) -> dict[str, dict[str, list[tuple[float, float]]]]:
    """Returns the curves of each measure by its name, as `recipes.figures.rate_distortion` takes them."""
    return {
        "PSNR, dB": {name: [(p.rate, p.psnr) for p in points] for name, points in measured.curves.items()},
        "MS-SSIM, dB": {
            name: [(p.rate, decibels(p.ms_ssim)) for p in points] for name, points in measured.curves.items()
        },
    }


def crops(compressor: Compressor, test: Loaded) -> list[list[Panel]]:
    """Returns for each of the first test pictures what becomes of it in at most as many bytes, and the truth last.

    That is by `RATE`, or what the model takes at its lowest quality where that is more.
    """
    ways = {codecs.NAMES[kind]: functools.partial(codecs.at_size, kind=kind) for kind in codecs.OPTIONS}
    rows = []
    for picture in test.pictures[:SHOWN]:
        budget = int(RATE * picture[..., 0].size / 8)
        ours = compressor.at_size(picture, budget)
        found = {name: way(picture, size=max(budget, ours[0])) for name, way in ways.items()}
        found[compressor.name] = ours
        row = [
            Panel(name, again / LEVELS, f"{size:,} bytes, {psnr(picture[None] / LEVELS, again[None] / LEVELS):.1f} dB")
            for name, (size, again) in found.items()
        ]
        rows.append([*row, Panel("truth", np.asarray(picture / LEVELS), "")])
    return rows
