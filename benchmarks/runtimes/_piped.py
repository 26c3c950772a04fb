"""Runs signatures of an export in a pipeline of Beam, as `serving/running.py` does without one.

python -I benchmarks/runtimes/_piped.py saved_model EXPORT/saved_model IN.npz OUT
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import apache_beam as beam
import numpy as np
from apache_beam.ml.inference.base import ModelHandler, RunInference

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))  # which -I leaves out
from serving import running
from serving.verify import runtime


def main() -> None:
    """Runs all signatures: an element each flows through the pipeline."""
    format, folder, given, out = sys.argv[1], *map(Path, sys.argv[2:])

    class Held:
        """An export, to which Beam can refer weakly, as it cannot to a tuple."""

        def __init__(self, loaded: Any) -> None:
            self.loaded = loaded

    class Handler(ModelHandler):
        """Calls signatures of an export, which each worker loads once."""

        def load_model(self) -> Any:
            return Held(runtime(format).load(folder))

        def run_inference(self, batch: Any, model: Any, inference_args: Any = None) -> Any:
            return [(name, running.answered(model.loaded.signatures[name], cases)) for name, cases in batch]

    with beam.Pipeline() as pipeline:
        found = pipeline | beam.Create(list(running.wanted(given).items())) | RunInference(Handler())
        _ = found | beam.MapTuple(lambda name, arrays: np.savez(out / f"{name}.npz", **arrays))


if __name__ == "__main__":
    main()
