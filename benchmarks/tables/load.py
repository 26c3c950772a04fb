"""How servers answer many clients at once."""

from benchmarks.tables import table
from benchmarks.tables._measured import results

FILE = "docs/serving.md"


def made() -> str:
    """Returns how servers answer many clients at once."""
    rows = [
        [
            name,
            f"{of['requests']:,}",
            str(of["lost"]),
            str(of["a_second"]),
            f"{of['p50_ms']:.0f}",
            f"{of['p99_ms']:.0f}",
        ]
        for name, of in results("server")["results"].items()
    ]
    return table(["server", "requests", "lost", "answers a second", "median, ms", "99%, ms"], rows)
