"""An export's numbers as a page shows them: ours, beside baselines and published ones of the same measure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Beside(NamedTuple):
    """A number of others.

    Attributes:
        name: Whose.
        value: The number.
        protocol: How it was got, and where it stands.
        is_published: Whether others published it; otherwise it is a baseline, measured on the same data.
    """

    name: str
    value: float
    protocol: str
    is_published: bool


class Row(NamedTuple):
    """A measure.

    Attributes:
        measure: Its name.
        test: On test data.
        validation: On validation data, or None.
        beside: Numbers of others.
    """

    measure: str
    test: float
    validation: float | None
    beside: list[Beside]


def rows(metrics: Mapping[str, Any]) -> list[Row]:
    """Returns all measures of an export, those with numbers of others first."""
    found = [
        Row(measure, value, metrics["validation"].get(measure), list(_beside(metrics, measure)))
        for measure, value in metrics["test"].items()
    ]
    return sorted(found, key=lambda row: not row.beside)


def headline(metrics: Mapping[str, Any]) -> Row | None:
    """Returns the measure that tells most at a glance: one that others published, or else one with a baseline."""
    found = rows(metrics)
    published = [row for row in found if any(each.is_published for each in row.beside)]
    return next(iter(published or found), None)


def _beside(metrics: Mapping[str, Any], measure: str) -> list[Beside]:
    return [
        Beside(row["name"], row["value"], f"{row.get('protocol', '')}; {row.get('source', '')}", published)
        for key, published in (("published", True), ("baselines", False))
        for row in metrics[key]
        if row.get("metric") == measure
    ]
