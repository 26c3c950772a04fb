"""What was measured, as `benchmarks/results` keeps it."""

import json
from typing import Any

from benchmarks import _rows


def results(name: str) -> dict[str, Any]:
    """Returns what a benchmark found, by the name of its file."""
    found: dict[str, Any] = json.loads((_rows.RESULTS / f"{name}.json").read_text("utf-8"))
    return found


def measured(table: str) -> list[tuple[dict[str, Any], dict[int, dict[str, Any]]]]:
    """Returns the rows of a table that were measured, each with its records by seed."""
    found = []
    for name, row in sorted(_rows.rows(table).items()):
        files = {seed: _rows.RESULTS / f"{label}.json" for seed, label in _rows.labels(table, name).items()}
        records = {seed: json.loads(file.read_text("utf-8")) for seed, file in files.items() if file.exists()}
        if records:
            found.append((row, records))
    return found
