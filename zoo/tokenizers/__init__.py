"""What texts are split into, and how: one unit a file, found by its name.

The first line of such a file's docstring says to people what a unit is.
"""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from zoo import checks

if TYPE_CHECKING:
    import tensorflow as tf

    from zoo.tokenizers._tokenizer import Tokenizer

__all__ = ["Known", "Tokenizer", "find", "listed", "names"]


class Known(NamedTuple):
    """What of a vocabulary splitting may need.

    Attributes:
        tokens: The tokens.
        find: Gives the id of each string, int32, shape `(n,)`.
        unknown: What it gives for one that is no token.
    """

    tokens: Sequence[str]
    find: Callable[[tf.Tensor], tf.Tensor]
    unknown: int


def names() -> list[str]:
    """Returns the names of all units, sorted; nothing is imported."""
    return sorted(file.stem for file in _files())


def listed() -> str:
    """Lists all units and what they are, from the files' text."""
    said = {file.stem: ast.get_docstring(ast.parse(file.read_text("utf-8"))) or "" for file in _files()}
    lines = {name: said[name].partition("\n")[0].rstrip(".") for name in sorted(said)}
    return ", ".join(f"{name} ({line[:1].lower()}{line[1:]})" for name, line in lines.items())


def find(name: str) -> Tokenizer:
    """Returns what splits texts into units of that name.

    Raises:
        UsageError: If there is none.
    """
    checks.choice("unit", name, names())
    module = importlib.import_module(f"{__name__}.{name}")
    made: list[Any] = [
        thing for _, thing in inspect.getmembers(module, inspect.isclass) if thing.__module__ == module.__name__
    ]
    tokenizer: Tokenizer = made[0]()
    return tokenizer


def _files() -> list[Path]:
    return [file for folder in __path__ for file in Path(folder).glob("[!_]*.py")]
