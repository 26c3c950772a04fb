"""Tensors out of JSON: what is not exactly what a signature takes is refused in one sentence, and never bent."""

from __future__ import annotations

import base64
from typing import Any, NamedTuple

import numpy as np

from serving.refusing import Refused
from serving.signatures import Spec

DEEPEST = 32  # lists in lists
# By the kind of a NumPy type, the types of JSON's values that it takes. Whole numbers are reals too; true is no number.
TAKEN: dict[str, set[type]] = {"f": {int, float}, "i": {int}, "u": {int}, "b": {bool}}
TEXTS: set[type] = {str, dict}
WORDS = {int: "whole numbers", float: "numbers with a fraction", bool: "true or false", str: "texts", dict: "objects"}


class Limits(NamedTuple):
    """How much one request may ask for.

    Attributes:
        rows: The most rows, and the largest integer that stands alone, such as `count`, which asks for rows too.
        missing: Whether null stands for NaN, where reals are taken.
    """

    rows: int = 1024
    missing: bool = False


def tensor(name: str, spec: Spec, value: Any, limits: Limits) -> np.ndarray:
    """Returns the tensor that a value of JSON stands for.

    Args:
        name: What the signature calls it.
        spec: What it must be.
        value: Numbers, texts, true or false; or lists of them, to any depth.
        limits: What one request may ask for.

    Returns:
        An array of the spec's type and shape; texts as objects: str, or bytes where base64 was given.

    Raises:
        Refused: If it is something else, or too much.
    """
    shape, types = outline(name, value)
    if spec.shape[:1] == (None,) and shape and shape[0] > limits.rows:
        raise Refused(f"{name} has {shape[0]:,} rows: give at most {limits.rows:,} in one request.")
    if not fits(shape, spec):
        raise Refused(f"{name} must be {spec}. Received: shape ({', '.join(map(str, shape))}).")
    if spec.dtype == "string":
        check_types(name, spec, types, TEXTS)
        return texts(name, value)
    kind = np.dtype(spec.dtype).kind if spec.dtype in np.sctypeDict else ""
    if kind not in TAKEN:
        raise Refused(f"{name} must be {spec}, which JSON has not: call the export without a server.")
    null: set[type] = {type(None)} if limits.missing and kind == "f" else set()
    check_types(name, spec, types, TAKEN[kind] | null)
    found = numbers(name, spec, value)
    if not spec.shape and found.dtype.kind in "iu" and found > limits.rows:
        raise Refused(f"{name} is {found:,}: give at most {limits.rows:,} in one request.")
    return found


def outline(name: str, value: Any, depth: int = 0) -> tuple[tuple[int, ...], set[type]]:
    """Returns the shape of a value of JSON, and the types of what lies in it.

    Raises:
        Refused: If lists of one depth have different lengths, or lie beside something else, or are too deep.
    """
    if not isinstance(value, list):
        return (), {type(value)}
    if depth == DEEPEST:
        raise Refused(f"{name} has lists in lists, more than {DEEPEST} deep: give it in its own shape.")
    types = set(map(type, value))
    if list not in types:
        return (len(value),), types
    if types != {list}:
        raise Refused(f"{name} has lists beside single values: give the same shape everywhere.")
    shapes, inside = zip(*(outline(name, each, depth + 1) for each in value), strict=True)
    if len(different := sorted(set(shapes))) > 1:
        raise Refused(f"{name} has parts of different shapes, {different[0]} and {different[1]}: make them the same.")
    return (len(value), *shapes[0]), set().union(*inside)


def fits(shape: tuple[int, ...], spec: Spec) -> bool:
    """Says whether a shape is one of a spec's."""
    return len(shape) == len(spec.shape) and all(
        wanted in (None, size) for wanted, size in zip(spec.shape, shape, strict=True)
    )


def check_types(name: str, spec: Spec, found: set[type], taken: set[type]) -> None:
    """Checks that all values are of types that are taken.

    Raises:
        Refused: If one is not.
    """
    if type(None) in found - taken:
        raise Refused(f"{name} must be {spec}, and null is none of it: leave such rows out, or serve with --missing.")
    if others := sorted(WORDS[other] for other in found - taken):
        raise Refused(f"{name} must be {spec}. Received: {', '.join(others)}.")


def numbers(name: str, spec: Spec, value: Any) -> np.ndarray:
    """Returns numbers of a spec's type.

    Raises:
        Refused: If one lies beyond what the type holds.
    """
    try:
        with np.errstate(over="ignore"):
            found = np.array(value, spec.dtype)
    except OverflowError:
        found = None
    if found is None or np.isinf(found).any():
        raise Refused(f"{name} must be {spec}, and holds a number beyond {spec.dtype}: give smaller ones.")
    return found


def texts(name: str, value: Any) -> np.ndarray:
    """Returns texts, and bytes where an object {"b64": TEXT} stands.

    Raises:
        Refused: If an object is something else.
    """
    found = np.array(value, object)
    flat = found.reshape(-1)
    for place, each in enumerate(flat):
        if isinstance(each, dict):
            flat[place] = unpacked(name, each)
    return found


def unpacked(name: str, value: dict[str, Any]) -> bytes:
    """Returns the bytes of {"b64": TEXT}.

    Raises:
        Refused: If it is something else.
    """
    try:
        if value.keys() == {"b64"}:
            return base64.b64decode(value["b64"], validate=True)
    except (ValueError, TypeError):  # what base64 raises
        pass
    raise Refused(f'{name} holds an object that is not {{"b64": TEXT}} with a text in base64: give that, or a text.')
