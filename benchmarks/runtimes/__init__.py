"""Runtimes that are not this project's, one a file: each has a `RUNTIME`, which the table of docs/elsewhere.md gets."""

from __future__ import annotations

import importlib
import pkgutil

from benchmarks.runtimes._runtime import Runtime


def found() -> dict[str, Runtime]:
    """Returns all, by their files' names, in the order of the table's columns."""
    names = [each.name for each in pkgutil.iter_modules(__path__) if not each.name.startswith("_")]
    all_ = {name: importlib.import_module(f"{__name__}.{name}").RUNTIME for name in names}
    return dict(sorted(all_.items(), key=lambda each: each[1].place))
