"""Results on all of MNIST."""

from typing import Any

from benchmarks.tables import number, table
from benchmarks.tables._measured import measured

FILE = "docs/results.md"


def made() -> str:
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
        number("bce", test["bce"]) if "bce" in test else "",
        number("mse", test["mse"]),
        number("mse", pca[0]["value"]) if pca else "lossless",
        number("share", test["active_share"]),
        number("share", test["dead_share"]),
        number("probe_error", test["probe_error"]),
        number("probe_error", beside[("raw pixels", "probe_error")]["value"]),
        f"{record['train']['seconds']:.0f}",
        f"`{record['command']}`",
    ]
