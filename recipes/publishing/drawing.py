"""Figures that are drawn when all else is written: one that fails is left out, in a sentence, and costs nothing."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from zoo.checks import said

UNSEEN = 0.1  # mean difference of two pictures, in steps of 8 bits


class Film(Protocol):
    """A figure that moves."""

    @property
    def ending(self) -> str:
        """What its file's name ends in, such as ".gif"."""
        ...

    def save(self, file: Path) -> None:
        """Writes it."""
        ...


Drawing = Callable[[], Figure | Film]


def drawn(drawings: Callable[[], Mapping[str, Drawing]], folder: Path) -> list[str]:
    """Draws figures into a folder and returns the names of their files, in order; says which could not be drawn.

    Args:
        drawings: Gives, by file name without ending, what draws a figure.
        folder: Where to.
    """
    files = []
    try:
        known = drawings()
    except Exception as error:
        _tell("The figures", error)
        known = {}
    for name, draw in known.items():
        try:
            figure = draw()
            file = folder / f"{name}{'.png' if isinstance(figure, Figure) else figure.ending}"
            _save(figure, file)
            files.append(file.name)
        except Exception as error:  # whatever names, numbers and fonts make matplotlib raise
            _tell(f"The figure {name}", error)
    return files


def _tell(what: str, error: Exception) -> None:
    print(f"{what} could not be drawn ({said(error):.300}); the export is whole.", file=sys.stderr)


def _save(figure: Figure | Film, file: Path) -> None:
    """Saves a figure; with a palette, in half the bytes, where nobody would see the difference."""
    if not isinstance(figure, Figure):
        figure.save(file)
        return
    figure.savefig(file)
    with Image.open(file) as image:
        full = image.convert("RGB")
    few = full.quantize(256, dither=Image.Dither.NONE)
    difference = np.asarray(full, "int16") - np.asarray(few.convert("RGB"))
    if np.abs(difference).mean() < UNSEEN:
        few.save(file, optimize=True)
