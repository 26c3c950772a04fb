"""Detection on tables: AUROC by method, the mean over seeds, the worst tables for us last."""

import statistics

from benchmarks.tables import table
from benchmarks.tables._measured import results

FILE = "docs/results.md"


def made() -> str:
    """Returns the table."""
    return of(results("anomaly-tables")["results"])


def of(results: dict[str, dict[str, dict[str, float]]]) -> str:
    """Returns the table of results by table, seed and method; first the means over ADBench's tables.

    A lead is the model's AUROC less that of the best baseline. Every second of ADBench's tables, from the first on, had
    a part in the choice of the model.
    """
    methods = [name for name in next(iter(next(iter(results.values())).values())) if name != "seconds"]
    means = {
        name: {method: statistics.mean(one[method] for one in seeds.values()) for method in methods}
        for name, seeds in results.items()
    }
    order = sorted(means, key=lambda name: (":" in name, -_lead(means[name])))
    adbench = [name for name in means if ":" not in name]
    groups = {"all": adbench, "those that chose the model": adbench[0::2], "the others": adbench[1::2]}
    rows = [
        _aurocs(f"mean of {name}, {len(group)}", {m: statistics.mean(means[one][m] for one in group) for m in methods})
        for name, group in groups.items()
        if group
    ]
    return table(["table", *methods, "lead"], rows + [_aurocs(name, means[name]) for name in order])


def _aurocs(name: str, of: dict[str, float]) -> list[str]:
    return [name, *(f"{value:.3f}" for value in of.values()), f"{_lead(of):+.3f}"]


def _lead(of: dict[str, float]) -> float:
    return of["model"] - max(value for name, value in of.items() if name != "model")
