"""TensorFlow as it is now, without Keras: what the times of others are compared with."""

from benchmarks.runtimes._runtime import Runtime

RUNTIME = Runtime(
    place=1,
    title="TensorFlow 2.21",
    about="`tf.saved_model.load`",
    format="saved_model",
    environment=".venv-elsewhere/tensorflow_2_21",
    packages=("tensorflow-cpu==2.21.0", "numpy==2.4.6"),
    runner="saved_model",
)
