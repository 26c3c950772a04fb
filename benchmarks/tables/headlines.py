"""A few results: ours beside a published number and a baseline."""

import json
import re
import statistics

from benchmarks import _rows
from benchmarks.tables import number, table

FILE = "README.md"


def made() -> str:
    """Returns the table of a few results: ours beside a published number and a baseline."""
    asked = json.loads((_rows.FOLDER / "headlines.json").read_text("utf-8"))
    return table(["task", "model", "ours", "published", "baseline", "note"], [headline(row) for row in asked])


def headline(asked: dict[str, str]) -> list[str]:
    """Returns the row of a result; the published number and the baseline are those named, or the first."""
    files = sorted(_rows.RESULTS.glob(f"{asked['row']}*.json"))
    pattern = re.compile(rf"{re.escape(asked['row'])}(-seed-\d+)?")
    records = [json.loads(file.read_text("utf-8")) for file in files if pattern.fullmatch(file.stem)]
    metric, record = asked["metric"], next(json.loads(f.read_text("utf-8")) for f in files if f.stem == asked["row"])

    def one(rows: str) -> str:
        found = [row for row in record[rows] if row["metric"] == metric]
        named = [row for row in found if row["name"] == asked.get(rows.removesuffix("s"), found[0]["name"])]
        return f"{number(metric, named[0]['value'])} {named[0]['name'].partition(',')[0]}" if named else ""

    ours = number(metric, statistics.mean(r["test"][metric] for r in records))
    return [
        asked["task"],
        f"`{record['model']['name']}`",
        f"**{ours}**",
        one("published"),
        one("baselines"),
        asked["note"],
    ]
