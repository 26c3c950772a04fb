"""Searches for better options of three recipes, each killed half-way and gone on with: what the best trial is worth.

    python -m benchmarks.sweep          # 5 minutes on one core
    python -m benchmarks.sweep --cases reduce --trials 4

Each case of `sweep.json` is run three times, with few epochs: by the recipe alone, which has what one has without a
search; by a search, which gets SIGKILL in the middle of the trial after the first half; and by that search again, with
`--resume`. Data ship with dependencies: digits, ratings, and scikit-learn's table of cells.
"""

import csv
import json
import os
import random
import re
import shlex
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tyro

ROOT = Path(__file__).resolve().parent.parent
CASES = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))


@dataclass(frozen=True)
class Config:
    """The options."""

    trials: int = 20
    """How many, of each search."""
    seed: int = 0
    """Of the moments in which searches are killed."""
    cases: tuple[str, ...] = ()
    """Names of sweep.json, whose results take the place of earlier ones; all if none is given."""
    out: Path = Path("benchmarks/results/sweep.json")
    """Where the result goes."""


def run(config: Config) -> dict[str, Any]:
    """Runs all cases; returns what each found."""
    from benchmarks import _machine

    rng = random.Random(config.seed)
    known = json.loads(config.out.read_text("utf-8"))["results"] if config.cases and config.out.exists() else {}
    with tempfile.TemporaryDirectory(prefix="sweep-") as work:
        cells(Path(work, "cells.csv"))
        names = config.cases or tuple(CASES)
        results = {name: searched(name, config.trials, rng.random(), Path(work)) for name in names}
    return {"machine": _machine.described(), "results": {**known, **results}}


def cells(file: Path) -> None:
    """Writes scikit-learn's table of breast cells: 569 rows of 30 numbers, and what was found."""
    from sklearn.datasets import load_breast_cancer

    data = load_breast_cancer(as_frame=True)
    data.data.assign(diagnosis=[data.target_names[i] for i in data.target]).to_csv(file, index=False)


def searched(recipe: str, trials: int, share: float, work: Path) -> dict[str, Any]:
    """Runs a recipe without a search, and a search that is killed and gone on with.

    Args:
        recipe: A name in `sweep.json`.
        trials: How many the search has in all.
        share: At what share of a trial's time the search is killed.
        work: Where all this lies.

    Returns:
        What the search went by, its value without a search and for the best trial, how many trials had ended before
        the kill and in the end, and the command.
    """
    arguments = shlex.split(CASES[recipe]["arguments"])
    usual, out = work / f"{recipe}-usual", work / f"{recipe}-search"
    finished([f"recipes.{recipe}", *arguments, "--out", str(usual)], work)
    words = [recipe, "--space", *CASES[recipe]["space"], "--trials", str(trials), *arguments]
    search = ["recipes.sweep", *words, "--out", str(out)]
    ended = killed(search, trials // 2, share, work)
    said = finished([*search, "--resume"], work)
    with (out / "trials.csv").open(encoding="utf-8") as opened:
        rows = list(csv.DictReader(opened))
    metric = list(rows[0])[1]
    best = re.search(rf"^Best: {re.escape(metric)} \S+, trial (\d+); without a search \S+, trial 1\.$", said, re.M)
    if not best:
        raise SystemExit(f"{recipe}: the search does not say what is best:\n{said}")
    found = {
        "metric": metric,
        "usual": json.loads((usual / "metrics.json").read_text("utf-8"))["validation"][metric],
        "first": float(rows[0][metric]),
        "best": float(rows[int(best[1]) - 1][metric]),
        "best_trial": int(best[1]),
        "ended_before_kill": ended,
        "trials": [int(row["trial"]) for row in rows],
        "failed": sum(bool(row["failed"]) for row in rows),
        "seconds_a_trial": sum(float(row["seconds"]) for row in rows) / len(rows),
        "command": shlex.join(["python", "-m", "recipes.sweep", *words]),
    }
    print(f"{recipe}: {json.dumps(found)}", flush=True)
    return found


def finished(words: list[str], work: Path) -> str:
    """Runs a module to its end; returns what it said."""
    run = subprocess.run(command(words), cwd=work, env=environment(), capture_output=True, text=True, check=False)
    if run.returncode:
        raise SystemExit(f"{shlex.join(words)} ended with {run.returncode}:\n{run.stdout[-2000:]}{run.stderr[-2000:]}")
    return run.stdout


def killed(words: list[str], trials: int, share: float, work: Path) -> int:
    """Runs a search and kills it in the middle of the trial after so many; returns how many had ended."""
    ends: list[float] = []
    with subprocess.Popen(command(words), cwd=work, env=environment(), stdout=subprocess.PIPE, text=True) as started:
        for line in started.stdout or ():
            if line.startswith("Trial "):
                ends.append(time.perf_counter())
            if len(ends) == trials:
                time.sleep(share * (ends[-1] - ends[-2]))
                started.kill()
    return len(ends)


def command(words: list[str]) -> list[str]:
    """Returns the command that runs a module with words."""
    return [sys.executable, "-m", *words]


def environment() -> dict[str, str]:
    """Returns the environment in which the project is found from another folder."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "2"}


def main() -> None:
    """Searches, and writes what came of it."""
    config = tyro.cli(Config, description=__doc__)
    record = run(config)
    config.out.parent.mkdir(parents=True, exist_ok=True)
    config.out.write_text(json.dumps(record, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
