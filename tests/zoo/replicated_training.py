"""Trains models for a few steps, on one device and on two, or as one of two workers; writes what came of it.

python tests/zoo/replicated_training.py devices|worker FOLDER MODEL...
"""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

ROWS, BATCH = 27, 13  # batches of 13, which two replicas share unequally, and one of a single row
STREAMED = ("vae", "denoising", "contractive")  # in batches, besides
FOLDER, NAMES = Path(sys.argv[2]), sys.argv[3:]


def strategies(where: str) -> dict[str, tf.distribute.Strategy]:
    """What the models are trained by, by the name of what is written."""
    if where == "worker":
        index = json.loads(os.environ["TF_CONFIG"])["task"]["index"]
        return {f"worker{index}": tf.distribute.MultiWorkerMirroredStrategy()}
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    return {"one": tf.distribute.get_strategy(), "two": tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])}


def train(name: str, place: str, strategy: tf.distribute.Strategy) -> None:
    """Trains a model on pixels, or samples of its first kind; of the first one the chief writes an export too."""
    import keras

    import zoo
    from zoo import kinds, precision, registry

    keras.utils.set_random_seed(0)
    taken = zoo.describe(name).kinds
    kind = kinds.find("pixels" if "pixels" in taken else taken[0])
    x = kind.samples(np.random.default_rng(0), ROWS, kind.SHAPES[0])
    with strategy.scope():
        chosen = {"output": kind.name} if "output" in registry.hyperparameters(registry.find(name)) else {}
        model = zoo.build(name, x.shape[1:], seed=0, **chosen)
    history = model.fit(x, epochs=2, batch_size=BATCH, validation_data=x[:BATCH], verbose=0).history
    if name in STREAMED:
        for metric, values in model.fit(batches(x[: 2 * BATCH], strategy), verbose=0).history.items():
            history[metric] += values
    plain = precision.in_float32(model)
    weights = {f"weight{i}": weight for i, weight in enumerate(plain.get_weights())}
    np.savez(FOLDER / f"{place}-{name}.npz", history=json.dumps(history), **weights)
    if name == NAMES[0] and place != "worker1":
        zoo.export(plain, FOLDER / f"{place}-export", examples=x[:3])


def batches(x: np.ndarray, strategy: tf.distribute.Strategy) -> Any:
    """Batches of one size, which graphs know; each of several workers gives its own rows of them alone."""
    from zoo import replicating
    from zoo.streams import Sharded

    worker, workers = replicating.worker(strategy)
    if workers == 1:
        return tf.data.Dataset.from_tensor_slices(x).batch(BATCH)
    mine = slice(BATCH * worker // workers, BATCH * (worker + 1) // workers)

    def own() -> Iterator[tuple[np.ndarray, int, int]]:
        for begin in range(0, len(x), BATCH):
            yield x[begin : begin + BATCH][mine], mine.start, BATCH

    form = (tf.TensorSpec((None, *x.shape[1:]), x.dtype), tf.TensorSpec((), tf.int32), tf.TensorSpec((), tf.int32))
    dataset = tf.data.Dataset.from_generator(own, output_signature=form)
    return Sharded(dataset.apply(tf.data.experimental.assert_cardinality(len(x) // BATCH)))


def keras_alone(strategy: tf.distribute.Strategy) -> Any:
    """What Keras's own `fit` raises where there are several workers; None if nothing."""
    import keras

    with strategy.scope():
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
        model.compile("sgd", "mse")
    try:
        model.fit(np.zeros((8, 2), "float32"), np.zeros((8, 2), "float32"), batch_size=4, verbose=0)
    except ValueError as error:
        return error
    return None


def main() -> None:
    """Trains each model by each strategy."""
    found = strategies(sys.argv[1])  # before anything else is done: workers cannot be connected later
    for place, strategy in found.items():
        for name in NAMES:
            train(name, place, strategy)
        if place.startswith("worker"):
            print(f"Keras alone: {keras_alone(strategy)}")


if __name__ == "__main__":
    main()
