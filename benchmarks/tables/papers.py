"""Published numbers beside ours: a row a measure that is published or asked for."""

import statistics
from typing import Any

from benchmarks import _rows
from benchmarks.tables import number, table
from benchmarks.tables._measured import measured

FILE = "docs/results.md"


def made() -> str:
    """Returns the table of published numbers beside ours: a row a measure that is published or asked for."""
    rows = []
    for name in _rows.TABLES:
        for asked, records in measured(name):
            metrics = [row["metric"] for row in next(iter(records.values()))["published"]]
            metrics += [asked["measure"]] if "measure" in asked else []
            rows += [paper(records, metric) for metric in dict.fromkeys(metrics)]
    return table(["model", "measure", "paper", "ours", "baselines", "seeds", "minutes", "command"], rows)


def paper(records: dict[int, dict[str, Any]], metric: str) -> list[str]:
    """Returns the row of a measure: published numbers beside ours, mean and standard deviation over seeds."""
    record = next(iter(records.values()))
    ours = [r["test"][metric] for r in records.values()]
    spread = f" ± {number(metric, statistics.stdev(ours))}" if len(ours) > 1 else ""
    beside = [f"{number(metric, b['value'])} {b['name']}" for b in record["baselines"] if b["metric"] == metric]
    published = [
        f"{number(metric, row['value'])} {row['name']}: {row['protocol']} ({row['source']})"
        for row in record["published"]
        if row["metric"] == metric
    ]
    return [
        f"`{record['model']['name']}`",
        f"`{metric}`",
        "; ".join(published),
        f"**{number(metric, statistics.mean(ours))}**{spread}",
        "; ".join(beside),
        ", ".join(map(str, records)),
        f"{statistics.mean(r['train']['seconds'] for r in records.values()) / 60:.0f}",
        f"`{record['command']}`",
    ]
