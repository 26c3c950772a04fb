"""What runs on an export's page: the demos under `live/`, one a file, that its ONNX files allow."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING, Any, NamedTuple

from serving.gallery import live

if TYPE_CHECKING:
    from serving.gallery.exports import Export


class Demo(NamedTuple):
    """A part of a page on which the model runs.

    Attributes:
        name: That of its file, of its template and of its script.
        title: Its heading.
        settings: What its script has to know.
    """

    name: str
    title: str
    settings: dict[str, Any]


def of(export: Export) -> list[Demo]:
    """Returns the demos of an export, in the order of their `PLACE`."""
    modules = [importlib.import_module(f"{live.__name__}.{each.name}") for each in pkgutil.iter_modules(live.__path__)]
    found = [(each, each.settings(export)) for each in sorted(modules, key=lambda module: module.PLACE)]
    return [
        Demo(each.__name__.rpartition(".")[2], each.TITLE, settings) for each, settings in found if settings is not None
    ]
