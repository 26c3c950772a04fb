"""Detection in NAB: VUS-PR, the mean over seeds and files, by folder."""

import statistics
from typing import Any

from benchmarks.tables import table
from benchmarks.tables._measured import results
from benchmarks.tables._series import by_method

FILE = "docs/results.md"


def made() -> str:
    """Returns the table."""
    return of(results("anomaly-series")["results"]["nab"])


def of(results: dict[str, dict[str, dict[str, Any]]]) -> str:
    """Returns the table of results by model, file and seed: VUS-PR, the mean over seeds and files, by folder."""
    rows: list[list[str]] = []
    folders: list[str] = []
    for method, files in by_method(results).items():
        volumes = {name: statistics.mean(one["vus_pr"] for one in seeds) for name, seeds in files.items()}
        folders = list(dict.fromkeys(name.partition("/")[0] for name in volumes))
        of_folders = [[v for name, v in volumes.items() if name.startswith(f"{folder}/")] for folder in folders]
        rows.append([method, *(f"{statistics.mean(each):.3f}" for each in (volumes.values(), *of_folders))])
    return table(["method", "all files", *folders], rows)
