"""Ours: a model of the zoo, trained by what every recipe trains with.

An epoch's time is what the recipe itself reports, with the checkpoint, the TensorBoard log, the progress bar and
validation. The validation set is one batch of samples, so that training is compared; the others validate nothing.
"""

import tempfile
from pathlib import Path

import keras
import tensorflow as tf

import zoo
from benchmarks.contenders._job import LEARNING_RATE, Job, Result, main
from recipes import training


def build(widths: tuple[int, ...], seed: int = 0) -> keras.Model:
    """Returns the compiled network."""
    middle = len(widths) // 2
    return zoo.build(
        "vanilla",
        widths[:1],
        latent_dim=widths[middle],
        hidden_units=widths[1:middle],
        learning_rate=LEARNING_RATE,
        seed=seed,
    )


def train(job: Job) -> Result:
    """Trains."""
    keras.utils.set_random_seed(job.seed)
    tf.config.experimental.enable_op_determinism()
    x = job.load()
    model = build(job.widths, job.seed)
    with tempfile.TemporaryDirectory() as folder:
        progress = training.fit(
            model,
            x,
            x[: job.batch_size],
            folder=Path(folder),
            epochs=job.epochs,
            batch_size=job.batch_size,
            patience=job.epochs,
            seed=job.seed,
            schedule="constant",
            identity={},
        )
    versions = {"keras": keras.__version__, "tensorflow": tf.__version__}
    return Result(progress.seconds, progress.history["loss"], model.count_params(), versions)


if __name__ == "__main__":
    main(train)
