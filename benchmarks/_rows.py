"""Runs the commands of a results table and keeps each one's `metrics.json`.

A row of `TABLE.json` has the `options` of `recipes.TABLE`, or of the `recipe` that it names; the `seeds`, if not 0
alone, and the option that they are for, if not `seed`; and the `measure` that the table of papers shows, where no paper
has a number for it. Hyperparameters were chosen on validation data; the commands read the test data once.
"""

import argparse
import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
RESULTS = FOLDER / "results"
TABLES = ("mnist", "movielens", "images", "text")


def rows(table: str) -> dict[str, dict[str, Any]]:
    """Returns a table's rows by name."""
    return json.loads((FOLDER / f"{table}.json").read_text("utf-8"))


def labels(table: str, name: str) -> dict[int, str]:
    """Returns what a row's results are called, by seed."""
    seeds = rows(table)[name].get("seeds", [0])
    return {seed: f"{table}-{name}" if i == 0 else f"{table}-{name}-seed-{seed}" for i, seed in enumerate(seeds)}


def main(table: str, description: str) -> None:
    """Runs the commands that the arguments name, or all."""
    known = rows(table)
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(known)}; all if none is given")
    names = parser.parse_args().names or list(known)
    if unknown := set(names) - known.keys():
        parser.error(f"unknown: {', '.join(sorted(unknown))}; choose from {', '.join(known)}")
    for name in names:
        for seed in labels(table, name):
            run(table, name, seed)


def run(table: str, name: str, seed: int) -> None:
    """Runs a row's command with a seed, and goes on if it was interrupted before."""
    row, label = rows(table)[name], labels(table, name)[seed]
    out = Path("exported", label)
    seeded = [f"--{row.get('seeded', 'seed')}", str(seed)]
    command = [sys.executable, "-m", f"recipes.{row.get('recipe', table)}", *shlex.split(row["options"]), *seeded]
    subprocess.run([*command, "--out", str(out), "--resume"], check=True)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{label}.json").write_bytes((out / "metrics.json").read_bytes())
