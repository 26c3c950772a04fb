"""What shape an array has, and what to type if it has another."""

import math
from collections.abc import Sequence

from zoo.checks import UsageError

Shape = Sequence[int | None]  # None stands for any size


def check(name: str, given: Shape, expected: Shape) -> None:
    """Raises `UsageError` unless a shape is that of a batch of what is expected.

    Args:
        name: What has it.
        given: The shape, with the batch.
        expected: That of one sample.
    """
    if fits(given, (None, *expected)):
        return
    sizes = ", ".join(["n", *(str(size or "any") for size in expected)])
    received = ", ".join(str(size or "any") for size in given) + ("," if len(given) == 1 else "")
    hint = _hint(name.split()[-1], tuple(given), tuple(expected))
    raise UsageError(
        f"{name} must have the shape ({sizes}{',' * (not expected)}). Received: shape ({received}). {hint}"
    )


def fits(given: Shape, expected: Shape) -> bool:
    """Says whether a shape is the expected one."""
    pairs = zip(given, expected, strict=False)
    return len(given) == len(expected) and all(None in pair or pair[0] == pair[1] for pair in pairs)


def _hint(name: str, given: tuple[int | None, ...], expected: tuple[int | None, ...]) -> str:
    """Says what to type."""
    if fits(given, expected):
        return f"For one sample, write {name}[None]."
    if fits(given[1:], (*expected, 1)):
        return f"Write {name}[..., 0]."
    if fits((*given[1:], 1), expected):
        return f"Write {name}[..., None]."
    if name == "y" and given[1:] in ((), (1,)):
        return "A target is a sample and no label: leave y out to reconstruct x."
    if None not in (*given[1:], *expected) and math.prod(given[1:]) == math.prod(expected):  # type: ignore[arg-type]
        return f"Write {name}.reshape({', '.join(map(str, (-1, *expected)))})."
    return (
        f"Build the model with input_shape={given[1:]}." if name == "x" else f"Received {name} may be another model's."
    )
