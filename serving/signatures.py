"""One thing that an export does, whatever runs it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np


class Spec(NamedTuple):
    """What a tensor is.

    Attributes:
        dtype: NumPy's name of its type; "string" for texts.
        shape: Its shape, with None where a size is free.
    """

    dtype: str
    shape: tuple[int | None, ...]

    def takes(self, value: np.ndarray) -> bool:
        """Says whether an array is of that type and shape."""
        dtype = "string" if value.dtype.kind in "SUO" else value.dtype.name
        sizes = len(value.shape) == len(self.shape) and all(
            wanted in (None, size) for wanted, size in zip(self.shape, value.shape, strict=True)
        )
        return dtype == self.dtype and sizes

    def __str__(self) -> str:
        """Says it in words."""
        return f"{self.dtype} ({', '.join('any' if size is None else str(size) for size in self.shape)})"


class Signature(NamedTuple):
    """A signature of an export.

    Attributes:
        call: Takes arrays by name and returns arrays by name.
        inputs: What it takes, by name.
        outputs: The names of what it gives.
    """

    call: Callable[[Mapping[str, np.ndarray]], dict[str, np.ndarray]]
    inputs: dict[str, Spec]
    outputs: tuple[str, ...]


class Loaded(NamedTuple):
    """An export in one format.

    Attributes:
        signatures: By name.
        refused: By name, why a signature is not there in this format.
        left_out: By signature, the names of outputs that are not there in this format.
        owner: What has to stay for as long as signatures are called.
        tolerances: By signature, how far its outputs may be off in this format, where that is further than in others.
    """

    signatures: dict[str, Signature]
    refused: Mapping[str, str] = {}
    left_out: Mapping[str, tuple[str, ...]] = {}
    owner: object = None
    tolerances: Mapping[str, float] = {}
