"""Where samples come from: one source a file beside this one, found by asking each whether it reads what is given.

Such a file has `KEY`, its name; `reads(source) -> bool`; `load(source, ...) -> Splits`, with keyword options of its own
choice among those of `--help`; and a docstring whose first line says what to give to `--data`. It may have
`of_rows(source) -> bool`, which says before anything is loaded whether samples are rows of a table's columns.
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
    module = reader(source)
    takes = inspect.signature(module.load).parameters
    given = {name: value for name, value in options.items() if value is not None}
    for name, value in given.items():
        if name not in takes:
            others = [file for file in files() if name in inspect.signature(_module(file).load).parameters]
            raise UsageError(
                f"--{name.replace('_', '-')} {value} is for other data ({', '.join(others)}). Received: --data "
                f"{source}. Leave it out."
            )
    if "seed" in takes:
        given["seed"] = seed
    loaded: Splits = module.load(source, **given)
    return loaded


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


def of_rows(source: str) -> bool:
    """Says whether a source is known, before it is loaded, to hold rows of columns: if its file has `of_rows`."""
    for file in [source] if source in files() else files():
        if "of_rows" in _functions(file):  # the others are not even imported
            module = _module(file)
            if module.reads(source):
                return bool(module.of_rows(source))
    return False


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
