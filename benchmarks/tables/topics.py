"""Topics of BBC's news: coherence and diversity by method, the mean first."""

import statistics

from benchmarks.tables import table
from benchmarks.tables._measured import results

FILE = "docs/results.md"
TOPICS = ("10", "20", "30", "40", "50")  # as many as published numbers are means over


def made() -> str:
    """Returns the table."""
    return of(results("topics-bbc")["results"])


def of(results: dict[str, dict[str, dict[str, dict[str, float]]]]) -> str:
    """Returns the table of results by model and length, seed and method: means over seeds, and over all lengths."""
    lengths = {length: results[f"topics-{length}"] for length in TOPICS}
    methods = [name for name, found in next(iter(next(iter(lengths.values())).values())).items() if "npmi" in found]
    rows = []
    for method in methods:
        means = {
            metric: [statistics.mean(one[method][metric] for one in seeds.values()) for seeds in lengths.values()]
            for metric in ("npmi", "diversity", "npmi_unseen")
        }
        each = [f"{a:.3f} / {b:.3f}" for a, b in zip(means["npmi"], means["diversity"], strict=True)]
        whole = [f"{statistics.mean(values):.3f}" for values in means.values()]
        rows.append(["`topics`" if method == "model" else method, *whole, *each])
    return table(["method", "NPMI", "diversity", "NPMI, unseen", *(f"{length} topics" for length in lengths)], rows)
