"""The models: found by their file names, or registered by a person at run time.

A model is a file `zoo/x.py` that holds a function `x` under `@register`. Names are read from the files' text, so
that listing them imports nothing.
"""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from zoo._checks import UsageError, did_you_mean

if TYPE_CHECKING:
    from zoo.autoencoder import Autoencoder

Builder = Callable[..., "Autoencoder"]

_FOLDER = Path(__file__).parent
_builders: dict[str, Builder] = {}


@dataclass(frozen=True)
class Description:
    """What a person wants to know of a model before building it."""

    name: str
    summary: str
    paper: str
    signature: str

    def __str__(self) -> str:
        return f"{self.signature}\n\n{self.summary}\n\nPaper: {self.paper}"


def register(builder: Builder) -> Builder:
    """Registers a builder under its function's name. Use it as a decorator.

    Args:
        builder: A function `(input_shape, *, ...)`: the shape positional, everything else keyword-only, annotated
            and with a default; no `**kwargs`, so that a typo is an error. Its docstring's first line is the
            model's summary, and a line "Paper: ..." there or in its module's docstring names the source.

    Returns:
        The builder, unchanged.

    Raises:
        UsageError: If the signature is another, or the name belongs to another builder.
    """
    name = builder.__name__
    parameters = list(inspect.signature(builder).parameters.values())
    if not parameters or parameters[0].name != "input_shape":
        raise UsageError(
            f"{name}: the first parameter must be input_shape. Received: {name}{inspect.signature(builder)}."
        )
    for parameter in parameters[1:]:
        if (
            parameter.kind is not parameter.KEYWORD_ONLY
            or parameter.default is parameter.empty
            or parameter.annotation is parameter.empty
        ):
            raise UsageError(
                f"{name}: every hyperparameter must be keyword-only, annotated and have a default. "
                f"Received: {parameter}. Write `{name}(input_shape, *, latent_dim: int = 32)`."
            )
    known = _builders.get(name)
    taken = name in _file_names() and builder.__module__ != f"zoo.{name}"
    if taken or (known is not None and known.__module__ != builder.__module__):
        raise UsageError(f"A model named {name!r} is registered already: rename the new function.")
    _builders[name] = builder
    return builder


def names() -> list[str]:
    """Lists all models' names, sorted."""
    return sorted(_file_names() | _builders.keys())


def find(name: str) -> Builder:
    """Returns the builder of that name; imports its file if need be.

    Raises:
        UsageError: If there is none; names the nearest and the full list.
    """
    if name not in _builders and name in _file_names():
        importlib.import_module(f"zoo.{name}")
    if name not in _builders:
        raise UsageError(_unknown("model", name, names()))
    return _builders[name]


def hyperparameters(builder: Builder) -> dict[str, inspect.Parameter]:
    """Returns a builder's hyperparameters by name, with their annotations resolved to types."""
    parameters = inspect.signature(builder, eval_str=True).parameters
    return {name: p for name, p in parameters.items() if name != "input_shape"}


def check_hyperparameters(builder: Builder, given: Iterable[str]) -> None:
    """Raises `UsageError` if a given name is no hyperparameter of the builder's."""
    known = list(inspect.signature(builder).parameters)[1:]
    for name in given:
        if name not in known:
            raise UsageError(_unknown(f"hyperparameter of {builder.__name__!r}", name, known))


def describe(name: str) -> Description:
    """Describes the model of that name from its builder's signature and docstrings."""
    builder = find(name)
    doc = inspect.getdoc(builder) or ""
    module_doc = inspect.getdoc(inspect.getmodule(builder)) or ""
    paper = re.search(r"^Paper: (.+?)(?:\n\n|\Z)", f"{doc}\n\n{module_doc}", re.DOTALL | re.MULTILINE)
    return Description(
        name=name,
        summary=doc.split("\n\n")[0].replace("\n", " "),
        paper=" ".join(paper.group(1).split()) if paper else "not named",
        signature=f"{name}{inspect.signature(builder)}",
    )


def _file_names() -> set[str]:
    files = _FOLDER.glob("[!_]*.py")
    return {f.stem for f in files if f"\n@register\ndef {f.stem}(" in f.read_text("utf-8")}


def _unknown(kind: str, name: str, options: list[str]) -> str:
    hint = did_you_mean(name, options)
    return f"Unknown {kind}: {name!r}. {hint}{' ' if hint else ''}Choose from: {', '.join(options)}."
