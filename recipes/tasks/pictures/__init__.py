"""What can be mended in pictures: one task a file, found by its name."""

import importlib
from types import ModuleType


def find(name: str) -> ModuleType:
    """Returns the task's file.

    It has `measures(options)`, a `condition.Measure` by name, and `conditions(options, images)`, a list of
    `condition.Condition`; options are the model's hyperparameters and what else a task needs. A task may have
    `draw(options, images, restore, name)`, figures of its own.
    """
    return importlib.import_module(f"{__name__}.{name}")
