"""Writes the tables of README and docs: models from their descriptions, results from `metrics.json` files.

    python -m benchmarks.tables

No number in them is typed by hand.
"""

import json
import re
import statistics
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import zoo
from benchmarks import _rows
from zoo import kinds, registry

ROOT = Path(__file__).resolve().parent.parent
TOPICS = ("10", "20", "30", "40", "50")  # as many as published numbers are means over
LATENT = ("TF-IDF and SVD", "TF-IDF and SVD, by angle")  # what codes are compared with
# By file, the tables that stand in it between markers of their names.
TABLES = {
    "README.md": ("matrix", "headlines"),
    "docs/models.md": ("models",),
    "docs/results.md": ("papers", "results", "anomalies", "surfaces", "skab", "nab", "mixture", "topics", "codes"),
    "docs/scale.md": ("searches",),
    "docs/serving.md": ("load",),
}


def matrix() -> str:
    """Returns the kinds of sample, a line each, and which models take them."""
    rows = [zoo.describe(name) for name in zoo.list_models()]
    return table(
        ["kind", "what a sample is", "models"],
        [
            [f"`{name}`", kinds.find(name).DESCRIPTION, ", ".join(f"`{row.name}`" for row in rows if name in row.kinds)]
            for name in registry.forms()
        ],
    )


def models() -> str:
    """Returns the table of models and papers."""
    rows = [zoo.describe(name) for name in zoo.list_models()]
    return table(
        ["model", "what it is", "takes", "paper"],
        [
            [f"[`{row.name}`](../zoo/models/{row.name}.py)", row.summary, ", ".join(row.kinds), row.paper]
            for row in rows
        ],
    )


def headlines() -> str:
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
        return f"{_number(metric, named[0]['value'])} {named[0]['name'].partition(',')[0]}" if named else ""

    ours = _number(metric, statistics.mean(r["test"][metric] for r in records))
    return [
        asked["task"],
        f"`{record['model']['name']}`",
        f"**{ours}**",
        one("published"),
        one("baselines"),
        asked["note"],
    ]


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
    published = [
        f"{_number(metric, row['value'])} {row['name']}: {row['protocol']} ({row['source']})"
        for row in record["published"]
        if row["metric"] == metric
    ]
    return [
        f"`{record['model']['name']}`",
        f"`{metric}`",
        "; ".join(published),
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


def anomalies() -> str:
    """Returns the table of detection on tables: AUROC by method, the mean over seeds, the worst tables for us last."""
    record = json.loads((_rows.RESULTS / "anomaly-tables.json").read_text("utf-8"))
    return anomaly_table(record["results"])


def anomaly_table(results: dict[str, dict[str, dict[str, float]]]) -> str:
    """Returns that table of results by table, seed and method; first the means over ADBench's tables.

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
        _aurocs(f"mean of {name}, {len(of)}", {m: statistics.mean(means[one][m] for one in of) for m in methods})
        for name, of in groups.items()
        if of
    ]
    return table(["table", *methods, "lead"], rows + [_aurocs(name, means[name]) for name in order])


def _aurocs(name: str, of: dict[str, float]) -> list[str]:
    return [name, *(f"{value:.3f}" for value in of.values()), f"{_lead(of):+.3f}"]


def _lead(of: dict[str, float]) -> float:
    return of["model"] - max(value for name, value in of.items() if name != "model")


def skab() -> str:
    """Returns the table of detection in SKAB."""
    record = json.loads((_rows.RESULTS / "anomaly-series.json").read_text("utf-8"))
    return skab_table(record["results"]["skab"])


def skab_table(results: dict[str, dict[str, dict[str, Any]]]) -> str:
    """Returns that table of results by model, file and seed: steps of all files together, means over seeds."""
    rows = []
    for method, files in _by_method(results).items():
        each = [_rates(of_seed) for of_seed in zip(*files.values(), strict=True)]
        f1, false, missed = ([rates[i] for rates in each] for i in range(3))
        spread = f" ± {statistics.stdev(f1):.3f}" if len(f1) > 1 else ""
        shown = [f"{statistics.mean(f1):.3f}{spread}", *(f"{statistics.mean(x):.1%}" for x in (false, missed))]
        volume = statistics.mean(one["vus_pr"] for seeds in files.values() for one in seeds)
        rows.append([method, *(shown if any(f1) else [""] * 3), f"{volume:.3f}"])
    return table(["method", "F1", "false alarms", "missed", "VUS-PR"], rows)


def nab() -> str:
    """Returns the table of detection in NAB."""
    record = json.loads((_rows.RESULTS / "anomaly-series.json").read_text("utf-8"))
    return nab_table(record["results"]["nab"])


def nab_table(results: dict[str, dict[str, dict[str, Any]]]) -> str:
    """Returns that table of results by model, file and seed: VUS-PR, the mean over seeds and files, by folder."""
    rows: list[list[str]] = []
    folders: list[str] = []
    for method, files in _by_method(results).items():
        volumes = {name: statistics.mean(one["vus_pr"] for one in seeds) for name, seeds in files.items()}
        folders = list(dict.fromkeys(name.partition("/")[0] for name in volumes))
        of_folders = [[v for name, v in volumes.items() if name.startswith(f"{folder}/")] for folder in folders]
        rows.append([method, *(f"{statistics.mean(each):.3f}" for each in (volumes.values(), *of_folders))])
    return table(["method", "all files", *folders], rows)


def _by_method(results: dict[str, dict[str, dict[str, Any]]]) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Returns the numbers of each method by file, a dictionary a seed; those of baselines are from the first model."""
    models, (first, *_) = list(results), results.values()
    one = next(iter(next(iter(first.values())).values()))
    sources = {f"`{model}`": (results[model], "model") for model in models}
    sources |= {name: (first, name) for name, numbers in one.items() if isinstance(numbers, dict) and name != "model"}
    return {
        method: {
            file: [{**numbers[key], "steps": numbers["steps"]} for numbers in seeds.values()]
            for file, seeds in files.items()
        }
        for method, (files, key) in sources.items()
    }


def _rates(files: Iterable[dict[str, Any]]) -> tuple[float, float, float]:
    """Returns F1, the share of normal steps that are flagged and that of anomalous ones that are not, of all files."""
    each = list(files)
    hits, false, missed, steps = (sum(one[key] for one in each) for key in ("hits", "false", "missed", "steps"))
    return 2 * hits / max(2 * hits + false + missed, 1), false / (steps - hits - missed), missed / (hits + missed)


def surfaces() -> str:
    """Returns the table of detection in pictures: a row a measure, PCA at the length that is best on test."""
    rows = []
    for _, records in measured("anomaly"):
        first = next(iter(records.values()))
        for metric in ("auroc", "pixel_auroc", "pro"):
            ours = [record["test"][metric] for record in records.values()]
            spread = f" ± {statistics.stdev(ours):.3f}" if len(ours) > 1 else ""
            rows.append(
                [
                    first["data"]["name"],
                    f"`{metric}`",
                    f"**{statistics.mean(ours):.3f}**{spread}",
                    *(_of_baseline(records, metric, name) for name in ("PCA", "nearest neighbor", "isolation forest")),
                    ", ".join(map(str, records)),
                    f"{statistics.mean(r['train']['seconds'] for r in records.values()) / 60:.0f}",
                    f"`{first['command']}`",
                ]
            )
    head = ["data", "measure", "ours", "PCA", "nearest neighbor", "isolation forest", "seeds", "minutes", "command"]
    return table(head, rows)


def _of_baseline(records: dict[int, dict[str, Any]], metric: str, name: str) -> str:
    """Returns a baseline's mean over seeds; of PCA's lengths, each a baseline of its own, that of the best."""
    found: dict[str, list[float]] = {}
    for record in records.values():
        for row in record["baselines"]:
            if row["metric"] == metric and row["name"].startswith(name):
                found.setdefault(row["name"], []).append(row["value"])
    if not found:
        return ""
    best = max(found, key=lambda one: statistics.mean(found[one]))
    return f"{statistics.mean(found[best]):.3f}" + (f" ({best.removeprefix(name + '-')})" if best != name else "")


def mixture() -> str:
    """Returns the table of samples by normal distributions and by a mixture, a row a model and seed."""
    record = json.loads((_rows.RESULTS / "mixture.json").read_text("utf-8"))
    called = {"prior": "N(0, I)", "normal": "one normal", "mixture": "mixture"}
    shares = [(prior, f"sample_{share}") for share in ("precision", "recall") for prior in called]
    heads = [f"{share.removeprefix('sample_')}, {called[prior]}" for prior, share in shares]
    return table(
        ["model", "seed", *heads, "components"],
        [
            [f"`{name}`", seed, *(f"{found[p][s]:.3f}" for p, s in shares), str(found["mixture"]["components"])]
            for name, seeds in record["models"].items()
            for seed, found in seeds.items()
        ],
    )


def topics() -> str:
    """Returns the table of topics of BBC's news: coherence and diversity by method, the mean first."""
    record = json.loads((_rows.RESULTS / "topics-bbc.json").read_text("utf-8"))
    return topics_table(record["results"])


def topics_table(results: dict[str, dict[str, dict[str, dict[str, float]]]]) -> str:
    """Returns that table of results by model and length, seed and method: means over seeds, and over all lengths."""
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


def codes() -> str:
    """Returns the table of codes of BBC's news: how often texts near to one have its label."""
    record = json.loads((_rows.RESULTS / "topics-bbc.json").read_text("utf-8"))
    return codes_table(record["results"])


def codes_table(results: dict[str, dict[str, dict[str, dict[str, float]]]]) -> str:
    """Returns that table of results by model and length, seed and method: means over seeds."""
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


def load() -> str:
    """Returns how servers answer many clients at once."""
    results = json.loads((_rows.RESULTS / "server.json").read_text("utf-8"))["results"]
    rows = [
        [
            name,
            f"{of['requests']:,}",
            str(of["lost"]),
            str(of["a_second"]),
            f"{of['p50_ms']:.0f}",
            f"{of['p99_ms']:.0f}",
        ]
        for name, of in results.items()
    ]
    return table(["server", "requests", "lost", "answers a second", "median, ms", "99%, ms"], rows)


def searches() -> str:
    """Returns what searches found that were killed half-way, beside what one has without a search."""
    results = json.loads((_rows.RESULTS / "sweep.json").read_text("utf-8"))["results"]
    rows = [
        [
            f"`{of['metric']}`",
            f"{of['usual']:.4g}",
            f"**{of['best']:.4g}**",
            str(of["ended_before_kill"]),
            str(len(of["trials"])),
            f"`{of['command']}`",
        ]
        for of in results.values()
    ]
    return table(["measure", "without a search", "best", "trials before the kill", "in the end", "command"], rows)


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
    for file, names in TABLES.items():
        text = (ROOT / file).read_text("utf-8")
        for name in names:
            text = write(text, name, globals()[name]())
        (ROOT / file).write_text(text, "utf-8")
