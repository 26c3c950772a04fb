"""Plain Keras, as everyone writes it: a functional model, `compile` with strings, `fit` on arrays."""

import time

import keras
import tensorflow as tf

from benchmarks.contenders._job import LEARNING_RATE, Job, Result, main


def build(widths: tuple[int, ...]) -> keras.Model:
    """Returns the compiled network. The string "adam" stands for the same rate, 1e-3."""
    x = inputs = keras.Input((widths[0],))
    for width in widths[1:-1]:
        x = keras.layers.Dense(width, activation="relu")(x)
    model = keras.Model(inputs, keras.layers.Dense(widths[-1], activation="sigmoid")(x))
    model.compile(optimizer="adam", loss="binary_crossentropy")
    if float(model.optimizer.learning_rate) != float(tf.constant(LEARNING_RATE)):
        raise ValueError(f"Keras's Adam no longer begins at {LEARNING_RATE}.")
    return model


class Clock(keras.callbacks.Callback):
    """Notes the seconds of each epoch."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Starts."""
        self._began = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Stops."""
        self.seconds.append(time.perf_counter() - self._began)


def train(job: Job) -> Result:
    """Trains."""
    keras.utils.set_random_seed(job.seed)
    x, clock = job.load(), Clock()
    model = build(job.widths)
    history = model.fit(x, x, batch_size=job.batch_size, epochs=job.epochs, verbose=0, callbacks=[clock])
    versions = {"keras": keras.__version__, "tensorflow": tf.__version__}
    return Result(clock.seconds, history.history["loss"], model.count_params(), versions)


if __name__ == "__main__":
    main(train)
