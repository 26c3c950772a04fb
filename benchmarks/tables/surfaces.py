"""Detection in pictures: a row a measure, PCA at the length that is best on test."""

import statistics
from typing import Any

from benchmarks.tables import table
from benchmarks.tables._measured import measured

FILE = "docs/results.md"


def made() -> str:
    """Returns the table of detection in pictures: a row a measure, PCA at the length that is best on test."""
    rows = []
    for _, records in measured("anomaly"):
        first = next(iter(records.values()))
        for metric in ("auroc", "pixel_auroc", "pro"):
            ours = [record["test"][metric] for record in records.values()]
            spread = f" ± {statistics.stdev(ours):.3f}" if len(ours) > 1 else ""
            rows.append(
                [
                    first["data"]["name"],
                    f"`{metric}`",
                    f"**{statistics.mean(ours):.3f}**{spread}",
                    *(_of_baseline(records, metric, name) for name in ("PCA", "nearest neighbor", "isolation forest")),
                    ", ".join(map(str, records)),
                    f"{statistics.mean(r['train']['seconds'] for r in records.values()) / 60:.0f}",
                    f"`{first['command']}`",
                ]
            )
    head = ["data", "measure", "ours", "PCA", "nearest neighbor", "isolation forest", "seeds", "minutes", "command"]
    return table(head, rows)


def _of_baseline(records: dict[int, dict[str, Any]], metric: str, name: str) -> str:
    """Returns a baseline's mean over seeds; of PCA's lengths, each a baseline of its own, that of the best."""
    found: dict[str, list[float]] = {}
    for record in records.values():
        for row in record["baselines"]:
            if row["metric"] == metric and row["name"].startswith(name):
                found.setdefault(row["name"], []).append(row["value"])
    if not found:
        return ""
    best = max(found, key=lambda one: statistics.mean(found[one]))
    return f"{statistics.mean(found[best]):.3f}" + (f" ({best.removeprefix(name + '-')})" if best != name else "")
