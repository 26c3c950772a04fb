"""A million rows scored by serving.score, beside a plain loop in one process; and killed half-way, and started again.

    make .venv-beam/ready && python -m benchmarks.scoring    # 5 minutes on one core

Both read one CSV of 8 columns, call `score` of a small dense autoencoder's SavedModel and write a line a row.
"""

import json
import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

import zoo
from benchmarks import _machine, _rows

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / ".venv-beam" / "bin" / "python"
RESULTS = _rows.RESULTS / "scoring.json"
ROWS, COLUMNS = 1_000_000, 8
LOOP = """
import sys
import pandas as pd
import tensorflow as tf
export, source, target = sys.argv[1:]
loaded = tf.saved_model.load(export + "/saved_model")
for i, chunk in enumerate(pd.read_csv(source, dtype="float32", chunksize=60_000)):
    score = loaded.signatures["score"](x=tf.constant(chunk.to_numpy()))["score"].numpy()
    pd.DataFrame({"row": chunk.index + 2, "score": score}).to_csv(target, mode="a", header=i == 0, index=False)
"""


def timed(command: list[str], until: Path | None = None, parts: int = 0) -> float:
    """Runs a command and returns its seconds; kills it once a folder has so many parts, if one is given."""
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, start_new_session=True, stdout=subprocess.DEVNULL)
    while until and process.poll() is None and len(list(until.glob("[!.]*"))) < parts:
        time.sleep(0.01)
    if until:
        os.killpg(process.pid, signal.SIGKILL)
    code = process.wait()
    if code != (-signal.SIGKILL if until else 0):
        raise SystemExit(f"{command[1:3]} ended with {code}.")
    return time.perf_counter() - start


def results(out: Path) -> pd.DataFrame:
    """Returns all scores of a run, by row."""
    return pd.concat(map(pd.read_csv, (out / "scores").glob("[!.]*.csv"))).sort_values("row", ignore_index=True)


def main() -> None:
    """Measures and writes the results."""
    with tempfile.TemporaryDirectory() as aside:
        x = np.random.default_rng(0).normal(size=(ROWS, COLUMNS)).astype("float32")
        source = Path(aside, "in.csv")
        pd.DataFrame(x, columns=list("abcdefgh")).to_csv(source, index=False, float_format="%.6g")
        model = zoo.build("vanilla", (COLUMNS,), latent_dim=3, hidden_units=(32,), output="real", seed=0)
        export = zoo.export(model, Path(aside, "export"))
        loop = timed([str(PYTHON), "-c", LOOP, str(export), str(source), f"{aside}/loop.csv"])
        score = [str(PYTHON), "-m", "serving.score", str(export), str(source)]
        beam = timed([*score, f"{aside}/whole"])
        whole = results(Path(aside, "whole"))
        killed = timed([*score, f"{aside}/out"], Path(aside, "out", "scores"), whole["row"].size // 120_000)
        there = len(results(Path(aside, "out")))
        again = timed([*score, f"{aside}/out"])
        found, plain = results(Path(aside, "out")), pd.read_csv(f"{aside}/loop.csv")
        measured = {
            "rows": ROWS,
            "loop": round(loop, 1),
            "beam": round(beam, 1),
            "killed_after": round(killed, 1),
            "rows_before_the_kill": there,
            "beam_again": round(again, 1),
            "twice_or_missing": int((found["row"].to_numpy() != np.arange(2, ROWS + 2)).sum()),
            "largest_difference": float(np.abs(found["score"] - plain["score"]).max()),
            "machine": _machine.described(),
        }
    RESULTS.write_text(json.dumps(measured, indent=1) + "\n", "utf-8")
    print(RESULTS.read_text("utf-8"))


if __name__ == "__main__":
    main()
