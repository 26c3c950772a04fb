"""A run's numbers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from recipes.publishing.artifact import Artifact


@dataclass
class Report:
    """A run's numbers.

    Attributes:
        test: Name to number.
        validation: Likewise.
        baselines: Rows from `row`.
        explained: Name to a sentence, for numbers that the recipe's card does not explain itself.
        files: Name to text, of what lies beside the numbers, such as a table of events.
        again: Returns those test numbers that a rounded export can be measured by, as the export has them.
    """

    test: dict[str, float] = field(default_factory=dict)
    validation: dict[str, float] = field(default_factory=dict)
    baselines: list[dict[str, Any]] = field(default_factory=list)
    explained: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    again: Callable[[Artifact], Mapping[str, float]] | None = None

    def add(self, other: "Report", explained: Mapping[str, str]) -> None:
        """Adds what an ability measured, and what its numbers mean."""
        self.test |= other.test
        self.validation |= other.validation
        self.baselines += other.baselines
        self.explained |= {name: sentence for name, sentence in explained.items() if name in other.test}


def row(name: str, metric: str, value: float, protocol: str, source: str) -> dict[str, Any]:
    """Makes a row of `baselines` or `published`: who, which measure, its value, how it was got, where it stands."""
    return {"name": name, "metric": metric, "value": value, "protocol": protocol, "source": source}
