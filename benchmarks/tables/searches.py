"""What searches found that were killed half-way, beside what one has without a search."""

from benchmarks.tables import table
from benchmarks.tables._measured import results

FILE = "docs/scale.md"


def made() -> str:
    """Returns what searches found that were killed half-way, beside what one has without a search."""
    rows = [
        [
            f"`{of['metric']}`",
            f"{of['usual']:.4g}",
            f"**{of['best']:.4g}**",
            str(of["ended_before_kill"]),
            str(len(of["trials"])),
            f"`{of['command']}`",
        ]
        for of in results("sweep")["results"].values()
    ]
    return table(["measure", "without a search", "best", "trials before the kill", "in the end", "command"], rows)
