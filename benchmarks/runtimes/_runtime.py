"""What every runtime does: it answers for exports, in an environment of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from zoo import processes
from zoo.processes import Arrays

ROOT = Path(__file__).resolve().parent.parent.parent
Answers = dict[str, Arrays]  # by signature, as `processes.run` returns them


@dataclass(frozen=True)
class Job:
    """An export in the formats that runtimes take.

    Attributes:
        name: What it is called.
        folder: Where it lies: `saved_model/` and folders of other formats.
        signatures: By format and name, `inputs` and `outputs`, each a list of what has a `name`, `dtype` and `shape`.
        known: Golden arrays, named `signature/in/name` and `signature/out/name`.
        timed: By signature, the numbers of rows that are timed.
    """

    name: str
    folder: Path
    signatures: Mapping[str, Mapping[str, Mapping[str, Any]]]
    known: Arrays
    timed: Mapping[str, Sequence[int]]

    def given(self, format: str) -> dict[str, dict[str, Arrays]]:
        """Returns by signature and case the inputs of calls: the golden ones, and so many rows as are timed."""
        found = {}
        for name, each in self.signatures[format].items():
            inputs = {spec["name"]: self.known[f"{name}/in/{spec['name']}"] for spec in each["inputs"]}
            free = {spec["name"] for spec in each["inputs"] if spec["shape"] and spec["shape"][0] is None}
            cases = {str(count): _rows(inputs, free, count) for count in self.timed.get(name, ())}
            found[name] = {"golden": inputs, **cases}
        return found


def _rows(inputs: Arrays, free: set[str], count: int) -> Arrays:
    """Returns so many rows of the inputs that have rows."""
    return {name: value[np.arange(count) % len(value)] if name in free else value for name, value in inputs.items()}


@dataclass(frozen=True)
class Runtime:
    """What runs exports; one that Python runs by a file under `serving/formats/` needs nothing but these words.

    Attributes:
        place: Its column's place among the others.
        title: What tables call it.
        about: What it is and what runs it, in a few words.
        format: What it takes of an export, a folder's name.
        environment: The folder of what has to be installed for it, from the project's; "" if nothing has.
        packages: What is installed there, as pip names it.
        runner: The file's name under `serving/formats/`.
    """

    place: int
    title: str
    about: str
    format: str
    environment: str = ""
    packages: tuple[str, ...] = ()
    runner: str = ""

    @property
    def python(self) -> str:
        """What runs Python in its environment."""
        return str(ROOT / self.environment / "bin" / "python")

    def lacks(self) -> str:
        """Says why it cannot run here, and what to type; nothing if it can."""
        ready = not self.environment or (ROOT / self.environment / "ready").exists()
        return "" if ready else f"it is not installed; type make {self.environment}/ready"

    def answers(self, jobs: Sequence[Job]) -> Iterator[tuple[str, Answers]]:
        """Yields the name of each export, and what its signatures answer.

        Args:
            jobs: What is asked.
        """
        for job in jobs:
            yield job.name, self.answer(job)

    def answer(self, job: Job) -> Answers:
        """Returns what an export's signatures answer."""
        return processes.run(self.runner, job.folder / self.format, job.given(self.format), self.python)
