"""Values of hyperparameters: NumPy's numbers as Python's, and each checked by its annotation before it is used."""

from __future__ import annotations

import types
import typing
from typing import Any

import numpy as np

from zoo import checks
from zoo.kinds import Kind

LARGEST = 2**31 - 1  # an int32: sizes, and numbers of samples or steps


def plain(value: Any) -> Any:
    """Returns NumPy's numbers and words as Python's, in tuples and lists too, and everything else as it is."""
    return type(value)(map(_plain, value)) if type(value) in (tuple, list) else _plain(value)


def checked(name: str, value: Any, annotation: Any) -> Any:
    """Returns the value of a hyperparameter, plain, if its annotation says that there may be such a value.

    Args:
        name: The hyperparameter.
        value: What was given.
        annotation: `bool`, `int`, `float`, `str`, a `Literal`, a tuple of such, or one of these and `None`; any value
            will do for other annotations.

    Raises:
        UsageError: If the value is another.
    """
    value = plain(value)
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        return _checked_choice(name, value, inner)
    if origin is typing.Literal:
        checks.choice(name, value, inner)
    elif origin is tuple:
        return _checked_tuple(name, value, inner)
    elif annotation is int:
        checks.check(checks.is_integer(value), name, "an integer", value)
        if name == "seed":
            return checks.seed(value)
        checks.check(value <= LARGEST, name, f"at most {LARGEST}", value)
    elif annotation is float:
        checks.number(name, value)
        return float(value)
    elif annotation is bool:
        checks.flag(name, value)
    elif annotation is str and not isinstance(value, Kind):
        checks.check(isinstance(value, str), name, "a word", value)
    return value


def _plain(value: Any) -> Any:
    is_one = isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0)
    return value.item() if is_one else value


def _checked_choice(name: str, value: Any, inner: tuple[Any, ...]) -> Any:
    """Checks a value that may be of several types, of which None may be one."""
    others = [each for each in inner if each is not type(None)]
    if value is None and len(others) < len(inner):
        return None
    return checked(name, value, others[0]) if len(others) == 1 else value


def _checked_tuple(name: str, value: Any, inner: tuple[Any, ...]) -> Any:
    """Checks a tuple, of any length or of a given one; a list will do."""
    is_free = len(inner) == 2 and inner[1] is Ellipsis
    count = "" if is_free else f"{len(inner)} "
    words = {int: "integers", float: "numbers", str: "words"}
    expected = f"a tuple of {count}{words.get(inner[0], 'values')}"
    hint = f"Write ({checks.shown(value)},)." if isinstance(value, (int, float, str)) and is_free else ""
    checks.check(isinstance(value, (tuple, list)), name, expected, value, hint)
    checks.check(is_free or len(value) == len(inner), name, expected, value)
    checks.check(len(value) <= checks.LAYERS, name, f"{expected}, {checks.LAYERS} at most", value)
    kinds = inner[:1] * len(value) if is_free else inner
    return tuple(checked(f"{name}[{i}]", each, kind) for i, (each, kind) in enumerate(zip(value, kinds, strict=True)))
