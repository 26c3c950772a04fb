"""LiteRT, once called TensorFlow Lite, where neither TensorFlow nor Keras is."""

from benchmarks.runtimes._runtime import Runtime

RUNTIME = Runtime(
    place=9,
    title="LiteRT",
    about="in Python",
    format="litert",
    environment=".venv-elsewhere/litert",
    packages=("ai-edge-litert==2.3.0", "numpy==2.4.6"),
    runner="litert",
)
