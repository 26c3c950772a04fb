"""Ours: models of the zoo, by `fit(x)`; and their answers, by `reconstruct`, `predict` and the SavedModel."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

import zoo
from benchmarks.contenders.plain_keras import Clock
from benchmarks.steppers._job import LEARNING_RATE, Job, main, milliseconds
from zoo.autoencoder import Autoencoder


def build(job: Job) -> Autoencoder:
    """Returns the compiled network."""
    if job.precision == "bfloat16":
        keras.config.set_dtype_policy("mixed_bfloat16")
    keras.utils.set_random_seed(job.seed)
    shape: tuple[int | None, ...] = job.shape[1:]
    options: dict[str, Any] = {"convolutional": {"blocks": 1}}.get(job.network, {})
    if job.network == "restorer":
        shape = (None, None, 1)
    return zoo.build(job.network, shape, learning_rate=LEARNING_RATE, seed=job.seed, **options)


def train(job: Job) -> dict[str, Any]:
    """Trains two epochs, of which the second one is timed."""
    model, clock = build(job), Clock()
    model.fit(job.samples(), batch_size=job.batch_size, epochs=2, verbose=0, callbacks=[clock])
    return {"speed": job.shape[0] / clock.seconds[1], "parameters": model.count_params(), "versions": versions()}


def versions() -> dict[str, str]:
    """Returns the libraries' versions."""
    return {"keras": keras.__version__, "tensorflow": tf.__version__}


def answer(job: Job) -> dict[str, Any]:
    """Times the answers to all samples at once, in milliseconds."""
    model, x = build(job), job.samples()
    with tempfile.TemporaryDirectory() as folder:
        zoo.export(model, Path(folder, "export"))
        loaded = tf.saved_model.load(str(Path(folder, "export", "saved_model")))
        serve = loaded.signatures["serving_default"]
        (name,) = serve.structured_input_signature[1]
        ways: dict[str, Callable[[], np.ndarray]] = {
            "reconstruct": lambda: model.reconstruct(x),
            "predict": lambda: model.predict(x, batch_size=len(x), verbose=0),
            "saved_model": lambda: next(iter(serve(**{name: tf.constant(x)}).values())).numpy(),
        }
        times = {way: milliseconds(call) for way, call in ways.items()}
    return {"milliseconds": times, "parameters": model.count_params(), "versions": versions()}


if __name__ == "__main__":
    main(lambda job: train(job) if job.batch_size else answer(job))
