"""OpenVINO, where neither TensorFlow nor Keras is; in float32, where processors would offer less."""

from benchmarks.runtimes._runtime import Runtime

RUNTIME = Runtime(
    place=8,
    title="OpenVINO",
    about="in float32",
    format="onnx",
    environment=".venv-elsewhere/openvino",
    packages=("openvino==2026.4.0", "numpy==2.4.6"),
    runner="openvino",
)
