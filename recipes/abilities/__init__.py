"""What some models can do beyond reconstructing, one ability a file; a recipe measures and draws those of its model.

Each file has `able(model) -> bool`, `measure(model, splits, codes) -> Report`, `draw(model, splits, codes) ->
dict[str, Drawing]`, and `MEASURES`, a sentence for each number that it measures.
"""

import importlib
import pkgutil
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoo.autoencoder import Autoencoder


def of(model: "Autoencoder") -> list[ModuleType]:
    """Returns the abilities that the model has, in the order of their names."""
    files = [importlib.import_module(f"{__name__}.{file.name}") for file in pkgutil.iter_modules(__path__)]
    return [ability for ability in files if ability.able(model)]
