"""Detection: how anomalies are sought, one form of data a file beside this one, found by asking each."""

from __future__ import annotations

import ast
import functools
import importlib
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recipes.tasks.detection.options import DetectionOptions

FOLDER = Path(__file__).parent


def form(options: DetectionOptions) -> ModuleType:
    """Returns the file that seeks anomalies as the options ask.

    It has `takes(options) -> bool`, which one file alone answers with yes, and `Search(options)`, which loads the data
    and has them as `data`, with `train(folder)`, `measure()` and `draw()`, called in this order, and `card`, the name
    of its card's words in `recipes/publishing/cards/`.
    """
    modules = (importlib.import_module(f"{__name__}.{name}") for name in files())
    return next(module for module in modules if module.takes(options))


@functools.cache
def files() -> tuple[str, ...]:
    """Returns the names of the files that are forms, from their text: nothing is imported."""
    trees = {file.stem: ast.parse(file.read_text("utf-8")) for file in sorted(FOLDER.glob("[!_]*.py"))}
    return tuple(
        name
        for name, tree in trees.items()
        if any(isinstance(node, ast.FunctionDef) and node.name == "takes" for node in tree.body)
    )
