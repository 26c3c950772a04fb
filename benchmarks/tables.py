"""Writes README's tables: the models from their descriptions, the results from `metrics.json` files.

    python -m benchmarks.tables

No number in them is typed by hand.
"""

import json
import re
import statistics
from pathlib import Path
from typing import Any

import zoo
from benchmarks import _rows

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
TABLES = ("models", "papers", "results")


def models() -> str:
    """Returns the table of models."""
    rows = [zoo.describe(name) for name in zoo.list_models()]
    return table(
        ["model", "what it is", "paper"],
        [[f"[`{row.name}`](zoo/models/{row.name}.py)", row.summary, row.paper] for row in rows],
    )


def papers() -> str:
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
    spread = f" ± {_number(metric, statistics.stdev(ours))}" if len(ours) > 1 else ""
    beside = [f"{_number(metric, b['value'])} {b['name']}" for b in record["baselines"] if b["metric"] == metric]
    told = [
        f"{_number(metric, row['value'])} {row['name']}: {row['protocol']} ({row['source']})"
        for row in record["published"]
        if row["metric"] == metric
    ]
    return [
        f"`{record['model']['name']}`",
        f"`{metric}`",
        "; ".join(told),
        f"**{_number(metric, statistics.mean(ours))}**{spread}",
        "; ".join(beside),
        ", ".join(map(str, records)),
        f"{statistics.mean(r['train']['seconds'] for r in records.values()) / 60:.0f}",
        f"`{record['command']}`",
    ]


def results() -> str:
    """Returns the table of results on all of MNIST, seed 0."""
    records = [next(iter(records.values())) for _, records in measured("mnist")]
    records = [record for record in records if "probe_error" in record["test"]]
    head = ["model", "code", "cross-entropy", "squared error", "PCA's", "active", "dead", "probe error", "raw pixels'"]
    return table([*head, "seconds", "command"], [result(record) for record in records])


def result(record: dict[str, Any]) -> list[str]:
    """Returns a record's row of the table of results."""
    test, beside = record["test"], {(row["name"], row["metric"]): row for row in record["baselines"]}
    pca = [b for b in record["baselines"] if b["metric"] == "mse" and b["protocol"].endswith("the code's length")]
    return [
        f"`{record['model']['name']}`",
        str(record["model"]["hyperparameters"].get("latent_dim", "")),
        _number("bce", test["bce"]) if "bce" in test else "",
        _number("mse", test["mse"]),
        _number("mse", pca[0]["value"]) if pca else "lossless",
        _number("share", test["active_share"]),
        _number("share", test["dead_share"]),
        _number("probe_error", test["probe_error"]),
        _number("probe_error", beside[("raw pixels", "probe_error")]["value"]),
        f"{record['train']['seconds']:.0f}",
        f"`{record['command']}`",
    ]


def measured(table: str) -> list[tuple[dict[str, Any], dict[int, dict[str, Any]]]]:
    """Returns the rows of a table that were measured, each with its records by seed."""
    found = []
    for name, row in sorted(_rows.rows(table).items()):
        files = {seed: _rows.RESULTS / f"{label}.json" for seed, label in _rows.labels(table, name).items()}
        records = {seed: json.loads(file.read_text("utf-8")) for seed, file in files.items() if file.exists()}
        if records:
            found.append((row, records))
    return found


def table(head: list[str], rows: list[list[str]]) -> str:
    """Returns a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def markers(name: str) -> tuple[str, str]:
    """Returns what stands before and after the table of that name."""
    return f"<!-- {name} -->", f"<!-- /{name} -->"


def write(text: str, name: str, content: str) -> str:
    """Returns the text with what stands between the markers of that name replaced."""
    begin, end = markers(name)
    return re.sub(f"{begin}.*?{end}", lambda _: f"{begin}\n{content}\n{end}", text, flags=re.DOTALL)


def _number(metric: str, value: float) -> str:
    if "share" in metric or "error" in metric:
        return f"{100 * value:.2f}%"
    return f"{value:.2f}" if abs(value) >= 1 else f"{value:.4f}"


if __name__ == "__main__":
    text = README.read_text("utf-8")
    for name in TABLES:
        text = write(text, name, globals()[name]())
    README.write_text(text, "utf-8")
