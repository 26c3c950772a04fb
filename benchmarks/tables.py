"""Writes README's tables: the models from their descriptions, the results from `metrics.json` files.

    python -m benchmarks.tables

No number in them is typed by hand.
"""

import json
import re
from pathlib import Path
from typing import Any

import zoo

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"


def models() -> str:
    """Returns the table of models."""
    rows = [zoo.describe(name) for name in zoo.list_models()]
    return table(
        ["model", "what it is", "paper"],
        [[f"[`{row.name}`](zoo/{row.name}.py)", row.summary, row.paper] for row in rows],
    )


def results() -> str:
    """Returns the table of results on all of MNIST."""
    records = [json.loads(file.read_text("utf-8")) for file in ROOT.glob("benchmarks/results/mnist-*.json")]
    rows = [result(record) for record in sorted(records, key=lambda r: (r["model"]["name"], r["command"]))]
    head = ["model", "code", "cross-entropy", "squared error", "PCA's", "active", "dead", "probe error", "raw pixels'"]
    return table([*head, "published", "seconds", "command"], rows)


def result(record: dict[str, Any]) -> list[str]:
    """Returns a record's row of the table of results."""
    test, beside = record["test"], {(row["name"], row["metric"]): row for row in record["baselines"]}
    dimensions = record["model"]["hyperparameters"]["latent_dim"]
    pca = next((row for row in record["baselines"] if row["name"] == f"PCA-{dimensions}"), None)
    published = "; ".join(f"{_number(row['metric'], row['value'])} ({row['source']})" for row in record["published"])
    return [
        f"`{record['model']['name']}`",
        str(dimensions),
        _number("bce", test["bce"]) if "bce" in test else "",
        _number("mse", test["mse"]),
        _number("mse", pca["value"]) if pca else "lossless",
        _number("share", test["active_share"]),
        _number("share", test["dead_share"]),
        _number("probe_error", test["probe_error"]),
        _number("probe_error", beside[("raw pixels", "probe_error")]["value"]),
        published,
        f"{record['train']['seconds']:.0f}",
        f"`{record['command']}`",
    ]


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
    if metric in ("share", "probe_error"):
        return f"{100 * value:.2f}%"
    return f"{value:.4f}"


if __name__ == "__main__":
    text = README.read_text("utf-8")
    README.write_text(write(write(text, "models", models()), "results", results()), "utf-8")
