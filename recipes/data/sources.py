"""Where samples come from: one source a file beside this one, found by asking each whether it reads what is given.

Such a file has `KEY`, its name; `reads(source) -> bool`; `load(source, ...) -> Splits`, with keyword options of its own
choice among those of `--help`; and a docstring whose first line says what to give to `--data`. It may have
`FORM`, or `form(source) -> str`, which says before anything is loaded how samples lie, in the words of `zoo/kinds/`:
"rows" of a table's columns, or "free" for pictures of any size, which then `surfaces(source, ...) -> Surfaces` loads as
they are; samples of one shape, "places", need not be said.
"""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from zoo import UsageError

if TYPE_CHECKING:
    from recipes.data.splits import Splits
    from recipes.data.surfaces import Surfaces

FOLDER = Path(__file__).parent
SEEN = 3  # files of a folder that a message names


def load(source: str, *, seed: int = 0, **options: Any) -> Splits:
    """Loads what `--data` says.

    Args:
        source: A word or a path.
        seed: Seed of the split, where none is given with the data.
        **options: The other options, such as `label`; None for those not given.

    Raises:
        UsageError: If nothing reads the source, an option is not for it, or it is not what it should be.
    """
    loaded: Splits = _call(reader(source), "load", source, seed, options)
    return loaded


def surfaces(source: str, *, seed: int = 0, **options: Any) -> Surfaces:
    """Loads the pictures that `--data` says, of any size and as they are, with the masks of their defects.

    Args:
        source: A word or a path.
        seed: Seed of the split, where none is given with the data.
        **options: The other options, such as `normal`; None for those not given.

    Raises:
        UsageError: If it holds no such pictures, an option is not for them, or they are not what they should be.
    """
    module = reader(source)
    if not hasattr(module, "surfaces"):
        able = [name for name in files() if "surfaces" in _functions(name)]
        raise UsageError(
            f"--data {source} holds samples of one shape, and the model takes pictures of any size "
            f"({', '.join(able)}): choose another --model."
        )
    loaded: Surfaces = _call(module, "surfaces", source, seed, options)
    return loaded


def _call(module: ModuleType, function: str, source: str, seed: int, options: dict[str, Any]) -> Any:
    """Calls what loads a source with the options that are given.

    Raises:
        UsageError: If one is not for it.
    """
    takes = inspect.signature(getattr(module, function)).parameters
    given = {name: value for name, value in options.items() if value is not None}
    for name, value in given.items():
        if name not in takes:
            others = [f for f in files() if name in inspect.signature(_module(f).load).parameters]
            other = f"other data ({', '.join(others)})" if function == "load" else "samples of one shape"
            raise UsageError(
                f"--{name.replace('_', '-')} {value} is for {other}. Received: --data {source}. Leave it out."
            )
    return getattr(module, function)(source, **given, **({"seed": seed} if "seed" in takes else {}))


def reader(source: str) -> ModuleType:
    """Returns the file that reads a source.

    Raises:
        UsageError: If there is none; lists what can be read and says what was seen.
    """
    for file in files():
        module = _module(file)
        if module.reads(source):
            return module
    raise UsageError(f"--data {source} {_seen(Path(source))}: give {listed()}.")


def form(source: str) -> str:
    """Returns how a source's samples lie, as its file says before they are loaded: "rows", "free" or "places"."""
    if source in files():  # a word, whose file is not even imported
        return _constant(source, "FORM") or "places"
    for file in files():
        if _constant(file, "FORM") or "form" in _functions(file):
            module = _module(file)
            if module.reads(source):
                return str(module.form(source) if hasattr(module, "form") else module.FORM)
    return "places"


def listed() -> str:
    """Lists what can be given to `--data`, from the files' text: nothing is imported."""
    lines = [line.rstrip(".") for line in files().values()]
    return "; ".join([*lines[:-1], f"or {lines[-1]}"])


@functools.cache
def files() -> dict[str, str]:
    """Returns the first line of each source's docstring by the file's name, sorted."""
    found = {}
    for file in sorted(FOLDER.glob("[!_]*.py")):
        if {"reads", "load"} <= _functions(file.stem):
            found[file.stem] = (ast.get_docstring(_tree(file.stem)) or file.stem).splitlines()[0]
    return found


@functools.cache
def _tree(file: str) -> ast.Module:
    return ast.parse((FOLDER / f"{file}.py").read_text("utf-8"))


def _functions(file: str) -> set[str]:
    return {node.name for node in _tree(file).body if isinstance(node, ast.FunctionDef)}


def _constant(file: str, name: str) -> str:
    """Returns a word that a file calls so; nothing if there is none."""
    for node in _tree(file).body:
        if isinstance(node, ast.Assign) and ast.unparse(node).startswith(f"{name} = "):
            return str(ast.literal_eval(node.value))
    return ""


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"recipes.data.{name}")


def _seen(path: Path) -> str:
    """Says what is there."""
    if path.is_dir():
        names = sorted(file.name for file in path.iterdir() if not file.name.startswith("."))
        more = f" and {len(names) - SEEN:,} more" if len(names) > SEEN else ""
        return f"is a folder with {', '.join(names[:SEEN]) + more if names else 'nothing in it'}, which nothing reads"
    if path.is_file():
        with path.open("rb") as opened:
            start = opened.read(8)
        return f"is a file of {path.stat().st_size:,} bytes that begins with {start!r}, which nothing reads"
    return "is not there"
