"""onnxruntime, where neither TensorFlow nor Keras is."""

from benchmarks.runtimes._runtime import Runtime

RUNTIME = Runtime(
    place=6,
    title="onnxruntime",
    about="in Python",
    format="onnx",
    environment=".venv-elsewhere/onnx",
    packages=("onnxruntime==1.32.0", "numpy==2.4.6"),
    runner="onnx",
)
