"""One white for pictures that were made alike, and what was assumed of it, in sentences."""

import math
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from recipes.reading.pictures.raw import BYTES
from recipes.reading.pictures.reading import facts, largest
from recipes.reading.pictures.white import Group, Whites, level
from zoo import UsageError, checks


def common_white(files: Iterable[Path], given: float | None = None) -> tuple[Whites, list[str]]:
    """Finds what is white in pictures that were made alike.

    A picture whose largest value is a level is saturated there. All others of one depth, which do not say what is white
    either, have one white: dark ones among them are dark.

    Args:
        files: The pictures; those that cannot be read have no part in it.
        given: The value, if a person says it.

    Returns:
        What to give to `read`, and what was assumed, a sentence for each kind of files.

    Raises:
        UsageError: If the given value cannot be white.
    """
    if given is not None:
        checks.positive("white", given)
    groups: dict[Group, list[float]] = {}
    stated: Counter[float] = Counter()
    for file in files:
        try:
            found = facts(file)
            if found.depth == BYTES:
                continue
            if found.white is not None and given is None:
                stated[found.white] += 1
            else:
                most = largest(file) if given is None else 0.0
                if math.isfinite(most):
                    groups.setdefault((found.depth, found.levels), []).append(most)
        except UsageError:  # which is said where it is read
            continue
    lines = [f"White is {_said(value)} in {_files(count)}, as they say." for value, count in stated.items()]
    whites: dict[Group, float] = {}
    for (depth, levels), values in groups.items():
        if given is not None:
            lines.append(f"White is {_said(given)} in {_files(len(values))} of {depth}, as --white says.")
            continue
        try:
            whites[depth, levels] = white = level(max(values), depth, levels, f"{_files(len(values))} of {depth}:")
        except UsageError as error:
            lines.append(str(error))
            continue
        taken: dict[float, list[float]] = {}
        for value in values:
            taken.setdefault(value if value in levels else white, []).append(value)
        lines += [
            f"White is taken to be {_said(one)} in {_files(len(those))} of {depth}, whose largest value is "
            f"{_said(max(those))}; --white says otherwise."
            for one, those in taken.items()
        ]
    return Whites(given, whites), lines


def _files(count: int) -> str:
    return f"{count:,} {'file' if count == 1 else 'files'}"


def _said(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:g}"
