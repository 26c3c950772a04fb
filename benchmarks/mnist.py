"""Runs the results table's commands on all of MNIST and keeps each one's `metrics.json`.

    python -m benchmarks.mnist                   # data in data/mnist; hours on 2 cores
    python -m benchmarks.mnist sparse vanilla    # only these, by their names in mnist.json

A row of `mnist.json` has the `options`, the `recipe` if it is not `mnist`, and the `seeds` if it is not 0 alone. Seed
0's export stays in `exported/mnist-NAME/`. The hyperparameters were chosen on validation data; the commands read the
test data once.
"""

import argparse
import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).with_name("results")
ROWS: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("mnist.json").read_text("utf-8"))


def main() -> None:
    """Runs the commands that the arguments name, or all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(ROWS)}; all if none is given")
    names = parser.parse_args().names or list(ROWS)
    if unknown := set(names) - ROWS.keys():
        parser.error(f"unknown: {', '.join(sorted(unknown))}; choose from {', '.join(ROWS)}")
    for name in names:
        for seed in ROWS[name].get("seeds", [0]):
            run(name, seed)


def run(name: str, seed: int) -> None:
    """Runs a row's command with a seed, and goes on if it was interrupted before."""
    row, label = ROWS[name], f"mnist-{name}" if seed == 0 else f"mnist-{name}-seed-{seed}"
    out = Path("exported", label)
    module = f"recipes.{row.get('recipe', 'mnist')}"
    options = [*shlex.split(row["options"]), "--data", "data/mnist", "--seed", str(seed), "--out", str(out), "--resume"]
    subprocess.run([sys.executable, "-m", module, *options], check=True)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{label}.json").write_bytes((out / "metrics.json").read_bytes())


if __name__ == "__main__":
    main()
