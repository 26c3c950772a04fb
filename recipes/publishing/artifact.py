"""A model as it was exported in a format, to be measured as the model is: what rounding costs is seen there alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np

from zoo import processes

ROWS = 256  # of one call
ROOM = 2**27  # bytes of inputs that one process is given, or of a single call where that is more


class Artifact:
    """An export in one format. What is asked of it is computed in processes of their own, without TensorFlow.

    Args:
        folder: The export's folder.
        format: The format's name.
    """

    def __init__(self, folder: Path, format: str) -> None:
        self.folder, self.format = folder / format, format

    def answers(self, signature: str, calls: Iterable[Mapping[str, np.ndarray]]) -> Iterator[dict[str, np.ndarray]]:
        """Yields what a signature gives, by name.

        Args:
            signature: Its name.
            calls: The inputs of each call, by name.

        Raises:
            ValueError: If it cannot be computed.
        """
        held: list[Mapping[str, np.ndarray]] = []
        for inputs in calls:
            if held and sum(array.nbytes for each in (*held, inputs) for array in each.values()) > ROOM:
                yield from self._computed(signature, held)
                held = []
            held.append(inputs)
        if held:
            yield from self._computed(signature, held)

    def of_rows(self, signature: str, **inputs: np.ndarray) -> dict[str, np.ndarray]:
        """Returns what a signature gives for samples or codes, by name.

        Args:
            signature: The signature's name.
            **inputs: Raw samples, or codes, of as many rows; single numbers are the same for all.
        """
        rows = {name: value for name, value in inputs.items() if np.ndim(value)}
        count = max(map(len, rows.values()))
        starts = range(0, count, ROWS)
        calls = ({**inputs, **{name: x[i : i + ROWS].astype("float32") for name, x in rows.items()}} for i in starts)
        found = list(self.answers(signature, calls))
        return {name: np.concatenate([each[name] for each in found]) for name in found[0]}

    def _computed(self, signature: str, calls: list[Mapping[str, np.ndarray]]) -> Iterator[dict[str, np.ndarray]]:
        given = {f"call_{i}": dict(inputs) for i, inputs in enumerate(calls)}
        found = processes.run(self.format, self.folder, {signature: given})[signature]
        if "error" in found:
            raise ValueError(f"{signature}: {found['error']}")
        yield from (processes.part(found, f"{call}/") for call in given)
