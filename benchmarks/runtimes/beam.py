"""Apache Beam's RunInference, whose workers load a SavedModel once and answer what flows through a pipeline.

Its times are those of calls in a worker: a pipeline itself takes seconds to begin, and pays where rows are many.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks.runtimes._runtime import Answers, Job, Runtime
from zoo import processes

PIPELINE = Path(__file__).with_name("_piped.py")


class Piped(Runtime):
    """Runs a pipeline for each export."""

    def answer(self, job: Job) -> Answers:
        """Returns what an export's signatures answer."""
        given = job.given(self.format)
        return processes.run(self.runner, job.folder / self.format, given, self.python, PIPELINE)


RUNTIME = Piped(
    place=5,
    title="Beam",
    about="RunInference, by DirectRunner",
    format="saved_model",
    environment=".venv-beam",
    packages=(
        "apache-beam==2.77.0",
        "tensorflow-cpu==2.21.0",
        "onnxruntime==1.32.0",
        "numpy==2.4.6",
        "pandas==3.1.1",
        "pyarrow==25.0.1",
        "pillow==12.3.0",
    ),
    runner="saved_model",
)
