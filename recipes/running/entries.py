"""The recipes by name, for what runs any of them."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from recipes.running.options import Options
from zoo import UsageError

FOLDER = Path(__file__).parent.parent
RUNNERS = ("cluster", "sweep")  # of recipes, and none themselves


class Entry(NamedTuple):
    """What a recipe is run by.

    Attributes:
        recipe: Its name.
        options: Its options, a class.
        run: What does the work.
    """

    recipe: str
    options: type[Options]
    run: Callable[[Any], Any]


def names() -> list[str]:
    """Returns the recipes' names, sorted."""
    return sorted({file.stem for file in FOLDER.glob("[!_]*.py")} - set(RUNNERS))


def find(recipe: str, arguments: list[str]) -> Entry:
    """Returns what runs a recipe with the arguments of a command line, on which its options may hang.

    Raises:
        UsageError: If there is no recipe of that name.
    """
    if recipe not in names():
        raise UsageError(f"There is no recipe {recipe}: choose from {', '.join(names())}.")
    module = importlib.import_module(f"recipes.{recipe}")
    if hasattr(module, "entry"):
        return module.entry(arguments)
    return Entry(module.RECIPE, module.Config, module.run)
