"""Signatures run in processes of their own, since a runtime may crash, and is to have nothing beside it."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

PATIENCE = 600  # seconds that a process may take for all of an export
Arrays = dict[str, np.ndarray]


def run(
    runtime: str,
    folder: Path,
    given: Mapping[str, Mapping[str, Arrays]],
    python: str = sys.executable,
    script: Path | None = None,
) -> dict[str, Arrays]:
    """Runs signatures in processes that import neither Keras nor TensorFlow, unless their runtime does.

    Args:
        runtime: A file's name under `serving/formats/`.
        folder: The format's folder.
        given: By signature and case the inputs, as `serving/running.py` says.
        python: What runs Python, in an environment that has the runtime.
        script: What is run there, if not `serving/running.py`, with the same arguments.

    Returns:
        By signature what it answered; of one that failed `error`, which says why.
    """
    found: dict[str, Arrays] = {}
    with tempfile.TemporaryDirectory() as aside:
        inputs, outputs = Path(aside, "in.npz"), Path(aside, "out")
        while left := [name for name in given if name not in found]:
            outputs.mkdir(exist_ok=True)
            np.savez(inputs, **_flat({name: given[name] for name in left}))
            command = [python, "-I", str(script or runner()), runtime, str(folder), str(inputs), str(outputs)]
            try:
                done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
                fault = (done.stderr.strip().splitlines() or ["it ended"])[-1]
                fault = (
                    f"it ends the process that runs it (signal {-done.returncode})" if done.returncode < 0 else fault
                )
            except subprocess.TimeoutExpired:
                fault = f"it takes more than {PATIENCE // 60} minutes"
            for name in left:
                if (file := outputs / f"{name}.npz").exists():
                    with np.load(file) as arrays:
                        found[name] = dict(arrays)
            if ended := [name for name in left if name not in found]:
                found[ended[0]] = {"error": np.array(fault)}
    for answer in found.values():
        if "error" in answer:  # in which the folder is one that will not last
            answer["error"] = np.array(str(answer["error"]).replace(f"{folder}{os.sep}", ""))
    return found


def runner() -> Path:
    """Returns the script that runs signatures, which strangers have too."""
    package = importlib.util.find_spec("serving")
    return Path(str(package and package.origin)).with_name("running.py")


def _flat(given: Mapping[str, Mapping[str, Arrays]]) -> dict[str, Any]:
    """Returns all arrays under one name each; of a case without inputs an empty one."""
    found: dict[str, Any] = {}
    for name, cases in given.items():
        for case, arrays in cases.items():
            found |= {f"{name}/{case}/{key}": value for key, value in arrays.items()} or {
                f"{name}/{case}/": np.zeros(0)
            }
    return found


def part(arrays: Mapping[str, np.ndarray], prefix: str) -> Arrays:
    """Returns those arrays whose names begin so, without that."""
    return {key.removeprefix(prefix): value for key, value in arrays.items() if key.startswith(prefix)}
