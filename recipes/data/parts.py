"""The three parts of every data set, and the mapping of them by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

PARTS = ("train", "validation", "test")
Part = TypeVar("Part")


class Parts(Mapping[str, Part]):
    """A mapping of the attributes `train`, `validation` and `test`, which share no sample."""

    def __getitem__(self, part: str) -> Part:
        """Returns a part by its name."""
        if part not in PARTS:
            raise KeyError(part)
        found: Part = getattr(self, part)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(PARTS)

    def __len__(self) -> int:
        return len(PARTS)
