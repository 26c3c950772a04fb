"""What a sample is: one kind a file, found by its name.

A kind says what values a sample may have, which layers read it and which make it, what its loss, its likelihood and
its error are. A model asks its kind, and works on every kind that its mathematics allows.
"""

import importlib
import inspect

from zoo import checks, registry
from zoo.kinds._kind import Kind

__all__ = ["Kind", "find"]


def find(kind: str | Kind, form: str | None = None) -> Kind:
    """Returns the kind of that name; a kind as it is.

    Args:
        kind: A file name under `zoo/kinds/`, or what such a file makes.
        form: "places" for a model that needs neighbours: axes along which the order means something.

    Raises:
        UsageError: If there is none, or its samples have another form.
    """
    name = kind.name if isinstance(kind, Kind) else kind
    checks.choice("output", name, [known for known, its in registry.forms().items() if form in (None, its)])
    if isinstance(kind, Kind):
        return kind
    module = importlib.import_module(f"{__name__}.{kind}")
    made = [thing for _, thing in inspect.getmembers(module, inspect.isclass) if thing.__module__ == module.__name__]
    return next(thing for thing in made if issubclass(thing, Kind))()
