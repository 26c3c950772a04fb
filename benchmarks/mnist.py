"""Runs the results table's commands on all of MNIST and keeps each one's `metrics.json`.

    python -m benchmarks.mnist                   # data in data/mnist; an hour on 2 cores
    python -m benchmarks.mnist k_sparse          # only the rows whose name begins so

The hyperparameters were chosen on validation data; the commands read the test data once.
"""

import json
import shlex
import subprocess
import sys
from pathlib import Path

RESULTS = Path(__file__).with_name("results")
COMMANDS = json.loads(Path(__file__).with_name("mnist.json").read_text("utf-8"))


def main() -> None:
    """Runs the commands whose names begin with one of the arguments, or all."""
    for name, options in COMMANDS.items():
        if len(sys.argv) == 1 or name.startswith(tuple(sys.argv[1:])):
            out = Path("exported", f"mnist-{name}")
            command = [sys.executable, "-m", "recipes.mnist", *shlex.split(options), "--data", "data/mnist"]
            subprocess.run([*command, "--out", str(out), "--resume"], check=True)
            RESULTS.mkdir(exist_ok=True)
            (RESULTS / f"mnist-{name}.json").write_bytes((out / "metrics.json").read_bytes())


if __name__ == "__main__":
    main()
