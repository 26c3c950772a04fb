"""Codes of BBC's news: how often texts near to one have its label."""

import statistics

from benchmarks.tables import table
from benchmarks.tables._measured import results

FILE = "docs/results.md"
LATENT = ("TF-IDF and SVD", "TF-IDF and SVD, by angle")  # what codes are compared with


def made() -> str:
    """Returns the table."""
    return of(results("topics-bbc")["results"])


def of(results: dict[str, dict[str, dict[str, dict[str, float]]]]) -> str:
    """Returns the table of results by model and length, seed and method: means over seeds."""
    rows = []
    for name, seeds in results.items():
        model, _, length = name.rpartition("-")
        each = list(seeds.values())
        ours = [one["model"]["knn_accuracy"] for one in each]
        spread = f" ± {statistics.stdev(ours):.2%}" if len(ours) > 1 else ""
        validated = statistics.mean(one["model"]["validation_knn_accuracy"] for one in each)
        beside = [statistics.mean(one[called]["knn_accuracy"] for one in each) for called in LATENT]
        shown = [f"{validated:.2%}", f"{statistics.mean(ours):.2%}{spread}", *(f"{value:.2%}" for value in beside)]
        rows.append([f"`{model}`", length, *shown])
    head = ["model", "numbers", "validation", "test", *(f"{called}, test" for called in LATENT)]
    return table(head, sorted(rows, key=lambda row: (int(row[1]), row[0])))
