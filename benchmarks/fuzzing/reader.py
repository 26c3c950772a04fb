"""What a fuzzed reader is: files that it reads, and the call that reads them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.fuzzing.mutating import mutated

Files = dict[str, bytes]  # by their paths in a folder


@dataclass(frozen=True)
class Reader:
    """A reader, and what it gets.

    Attributes:
        name: What the table calls it.
        seeds: Whole inputs, each some files; the first of each is damaged most often.
        read: Reads the folder that the files lie in.
        share: How many inputs it gets, as a share of those of a fast reader.
        make: Makes an input where none is a damaged copy of a whole one.
    """

    name: str
    seeds: tuple[Files, ...]
    read: Callable[[Path], object]
    share: float = 1.0
    make: Callable[[np.random.Generator], Files] | None = None

    def input(self, number: int) -> Files:
        """Returns the input of a number: the same each time."""
        rng = np.random.default_rng([number, *self.name.encode()])
        if self.make is not None:
            return self.make(rng)
        files = dict(self.seeds[number % len(self.seeds)])
        if number >= len(self.seeds):  # the first ones are whole
            names = sorted(files)
            name = names[int(rng.integers(len(names)))]
            files[name] = mutated(files[name], rng)
        return files
