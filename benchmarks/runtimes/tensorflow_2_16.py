"""The oldest TensorFlow that loads the exports, without Keras, beside the NumPy of its time."""

from benchmarks.runtimes._runtime import Runtime

RUNTIME = Runtime(
    place=2,
    title="TensorFlow 2.16",
    about="the oldest that loads them",
    format="saved_model",
    environment=".venv-elsewhere/tensorflow_2_16",
    packages=("tensorflow-cpu==2.16.2", "numpy==1.26.4"),
    runner="saved_model",
)
