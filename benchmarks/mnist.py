"""Runs the results table's commands on all of MNIST and keeps each one's `metrics.json`.

    python -m benchmarks.mnist                   # data in data/mnist; an hour on 2 cores
    python -m benchmarks.mnist sparse vanilla    # only these, by their names in mnist.json

The hyperparameters were chosen on validation data; the commands read the test data once.
"""

import argparse
import json
import shlex
import subprocess
import sys
from pathlib import Path

RESULTS = Path(__file__).with_name("results")
COMMANDS = json.loads(Path(__file__).with_name("mnist.json").read_text("utf-8"))


def main() -> None:
    """Runs the commands that the arguments name, or all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(COMMANDS)}; all if none is given")
    names = parser.parse_args().names or list(COMMANDS)
    if unknown := set(names) - COMMANDS.keys():
        parser.error(f"unknown: {', '.join(sorted(unknown))}; choose from {', '.join(COMMANDS)}")
    for name in names:
        out = Path("exported", f"mnist-{name}")
        command = [sys.executable, "-m", "recipes.mnist", *shlex.split(COMMANDS[name]), "--data", "data/mnist"]
        subprocess.run([*command, "--out", str(out), "--resume"], check=True)
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / f"mnist-{name}.json").write_bytes((out / "metrics.json").read_bytes())


if __name__ == "__main__":
    main()
