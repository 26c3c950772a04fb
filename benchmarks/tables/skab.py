"""Detection in SKAB: steps of all files together, means over seeds."""

import statistics
from collections.abc import Iterable
from typing import Any

from benchmarks.tables import table
from benchmarks.tables._measured import results
from benchmarks.tables._series import by_method

FILE = "docs/results.md"


def made() -> str:
    """Returns the table."""
    return of(results("anomaly-series")["results"]["skab"])


def of(results: dict[str, dict[str, dict[str, Any]]]) -> str:
    """Returns the table of results by model, file and seed: steps of all files together, means over seeds."""
    rows = []
    for method, files in by_method(results).items():
        each = [_rates(of_seed) for of_seed in zip(*files.values(), strict=True)]
        f1, false, missed = ([rates[i] for rates in each] for i in range(3))
        spread = f" ± {statistics.stdev(f1):.3f}" if len(f1) > 1 else ""
        shown = [f"{statistics.mean(f1):.3f}{spread}", *(f"{statistics.mean(x):.1%}" for x in (false, missed))]
        volume = statistics.mean(one["vus_pr"] for seeds in files.values() for one in seeds)
        rows.append([method, *(shown if any(f1) else [""] * 3), f"{volume:.3f}"])
    return table(["method", "F1", "false alarms", "missed", "VUS-PR"], rows)


def _rates(files: Iterable[dict[str, Any]]) -> tuple[float, float, float]:
    """Returns F1, the share of normal steps that are flagged and that of anomalous ones that are not, of all files."""
    each = list(files)
    hits, false, missed, steps = (sum(one[key] for one in each) for key in ("hits", "false", "missed", "steps"))
    return 2 * hits / max(2 * hits + false + missed, 1), false / (steps - hits - missed), missed / (hits + missed)
