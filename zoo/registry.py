"""The models: found by their file names, or registered by a person at run time; and the kinds of sample they take.

A model is a file `zoo/models/x.py` that holds a function `x` under `@register`; a kind is a file `zoo/kinds/x.py` with
a class that has a `FORM`. Both are read from the files' text, so that listing them imports nothing.
"""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

from zoo.checks import UsageError, choice, did_you_mean, shown

if TYPE_CHECKING:
    from zoo.autoencoder import Autoencoder

Builder = Callable[..., "Autoencoder"]

# A dense model takes any row of numbers; "places" is for models that need neighbors, "free" for those of any size.
DENSE = ("places", "rows")
FORMS = (*DENSE, "free")
Taken = str | tuple[str, ...]
_MODELS = Path(__file__).with_name("models")
_KINDS = Path(__file__).with_name("kinds")
_REGISTERED = re.compile(r"^@register(?:\(kinds=(.+?)\))?\ndef (\w+)\(", re.MULTILINE)
_FORM = re.compile(r'^    FORM = "(\w+)"', re.MULTILINE)
_builders: dict[str, Builder] = {}
_taken: dict[str, Taken] = {}


@dataclass(frozen=True)
class Description:
    """What a person wants to know of a model before building it."""

    name: str
    summary: str
    paper: str
    signature: str
    kinds: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.signature}\n\n{self.summary}\n\nPaper: {self.paper}"


@overload
def register(builder: Builder) -> Builder: ...
@overload
def register(*, kinds: Taken) -> Callable[[Builder], Builder]: ...
def register(builder: Builder | None = None, *, kinds: Taken = DENSE) -> Any:
    """Registers a builder under its function's name. Use it as a decorator, with or without `kinds`.

    Args:
        builder: A function `(input_shape, *, ...)`: the shape positional, everything else keyword-only, annotated
            and with a default; no `**kwargs`, so that a typo is an error. Its docstring's first line is the
            model's summary, and a line "Paper: ..." there or in its module's docstring names the source.
        kinds: What samples the model takes, by form ("places", "rows", "free") or by kind ("ratings", "likes", ...);
            one or a tuple of them. All rows of numbers, in whatever shape, if not given.

    Returns:
        The builder, unchanged.

    Raises:
        UsageError: If the signature is another, or the name belongs to another builder.
    """
    for one in _tuple(kinds):
        choice("kinds", one, [*FORMS, *forms()])
    if builder is None:
        return functools.partial(_register, kinds)
    return _register(kinds, builder)


def _register(kinds: Taken, builder: Builder) -> Builder:
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
    taken = name in _files() and builder.__module__ != f"zoo.models.{name}"
    if taken or (known is not None and known.__module__ != builder.__module__):
        raise UsageError(f"A model named {name!r} is registered already: rename the new function.")
    _builders[name] = builder
    _taken[name] = kinds
    return builder


def forms() -> dict[str, str]:
    """Returns the form of each kind of sample by its name, sorted."""
    found = {file.stem: _FORM.search(file.read_text("utf-8")) for file in sorted(_KINDS.glob("[!_]*.py"))}
    return {name: form[1] for name, form in found.items() if form}


def takes(model: str) -> tuple[str, ...]:
    """Returns the kinds of sample that a model takes, sorted."""
    return _of(_known()[model], forms())


def names(data: str | None = None) -> list[str]:
    """Lists all models' names, sorted; of those alone that take that kind of sample, if given."""
    known = _known()
    if data is None:
        return sorted(known)
    by_kind = forms()
    choice("data", data, by_kind)
    return sorted(name for name, taken in known.items() if data in _of(taken, by_kind))


def find(name: str) -> Builder:
    """Returns the builder of that name; imports its file if need be.

    Raises:
        UsageError: If there is none; names the nearest and the full list.
    """
    known = isinstance(name, str)
    if known and name not in _builders and name in _files():
        importlib.import_module(f"zoo.models.{name}")
    if not known or name not in _builders:
        raise UsageError(_unknown("model", name, names()))
    return _builders[name]


def outline(name: str) -> Builder:
    """Returns a function with the signature and the docstring of the builder of that name, and with no body.

    Those of a model's file are read from its text, so that a command line knows them without importing TensorFlow.

    Raises:
        UsageError: If there is none; names the nearest and the full list.
    """
    if not isinstance(name, str) or name in _builders or name not in _files():
        return find(name)
    definition = next(node for node in _tree(name).body if isinstance(node, ast.FunctionDef) and node.name == name)
    definition.decorator_list, definition.body, definition.returns = [], definition.body[:1], None
    known: dict[str, Any] = {"Any": Any, "Literal": Literal}
    try:
        exec(compile(ast.Module([definition], []), str(_MODELS / f"{name}.py"), "exec", dont_inherit=True), known)
    except NameError:  # a default or an annotation that the file imports
        return find(name)
    return known[name]


def hyperparameters(builder: Builder) -> dict[str, inspect.Parameter]:
    """Returns a builder's hyperparameters by name, with their annotations resolved to types."""
    try:
        parameters = inspect.signature(builder, eval_str=True).parameters
    except NameError:  # of a type that only a type checker imports
        parameters = inspect.signature(builder).parameters
    return {name: p for name, p in parameters.items() if name != "input_shape"}


def check_hyperparameters(builder: Builder, given: Iterable[str]) -> None:
    """Raises `UsageError` if a given name is no hyperparameter of the builder's."""
    known = list(inspect.signature(builder).parameters)[1:]
    for name in given:
        if name not in known:
            raise UsageError(_unknown(f"hyperparameter of {builder.__name__!r}", name, known))


def describe(name: str) -> Description:
    """Describes the model of that name from its builder's signature and docstrings, without importing its file."""
    builder = outline(name)
    doc = inspect.getdoc(builder) or ""
    of_file = name in _files()
    module_doc = (ast.get_docstring(_tree(name)) if of_file else inspect.getdoc(inspect.getmodule(builder))) or ""
    paper = re.search(r"^Paper: (.+?)(?:\n\n|\Z)", f"{doc}\n\n{module_doc}", re.DOTALL | re.MULTILINE)
    return Description(
        name=name,
        summary=doc.split("\n\n")[0].replace("\n", " "),
        paper=" ".join(paper.group(1).split()) if paper else "not named",
        signature=f"{name}{inspect.signature(builder).replace(return_annotation=inspect.Signature.empty)}",
        kinds=takes(name),
    )


def _tree(name: str) -> ast.Module:
    """Returns the syntax tree of a model's file."""
    return ast.parse((_MODELS / f"{name}.py").read_text("utf-8"))


def _known() -> dict[str, Taken]:
    """Returns what each model takes by its name."""
    return {**_taken, **_files()}


def _files() -> dict[str, Taken]:
    """Returns what the models that are files take, by their names."""
    found: dict[str, Taken] = {}
    for file in _MODELS.glob("[!_]*.py"):
        for taken, name in _REGISTERED.findall(file.read_text("utf-8")):
            if name == file.stem:
                found[name] = ast.literal_eval(taken) if taken else DENSE
    return found


def _of(taken: Taken, by_kind: dict[str, str]) -> tuple[str, ...]:
    """Returns the kinds that are named, or whose form is."""
    return tuple(name for name, form in by_kind.items() if name in _tuple(taken) or form in _tuple(taken))


def _tuple(taken: Taken) -> tuple[str, ...]:
    return (taken,) if isinstance(taken, str) else taken


def _unknown(kind: str, name: str, options: list[str]) -> str:
    hint = did_you_mean(name, options)
    return f"Unknown {kind}: {shown(name)}. {hint}{' ' if hint else ''}Choose from: {', '.join(options)}."
