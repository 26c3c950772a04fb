"""Trains models for a few steps: on one device, on two, or as one of two workers; writes what came of it.

python tests/zoo/replicated_training.py one|devices|worker FOLDER MODEL...
"""

import json
import os
import sys
from pathlib import Path

import numpy as np
import tensorflow as tf

ROWS, BATCH = 27, 13  # batches of 13, which two replicas share unequally, and one of a single row
WHERE, FOLDER, NAMES = sys.argv[1], Path(sys.argv[2]), sys.argv[3:]


def strategy() -> tf.distribute.Strategy:
    """What the models are trained by."""
    if WHERE == "worker":
        return tf.distribute.MultiWorkerMirroredStrategy()
    if WHERE == "devices":
        cpu = tf.config.list_physical_devices("CPU")[0]
        tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
        return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    return tf.distribute.get_strategy()


def main() -> None:
    """Trains each model on samples of its first kind, and exports the first one."""
    where = strategy()  # before anything else is done: workers cannot be connected later
    import keras

    import zoo
    from zoo import kinds, precision

    task = json.loads(os.environ["TF_CONFIG"])["task"]["index"] if WHERE == "worker" else 0
    for name in NAMES:
        keras.utils.set_random_seed(0)
        kind = kinds.find(zoo.describe(name).kinds[0])
        x = kind.samples(np.random.default_rng(0), ROWS, kind.SHAPES[0])
        with where.scope():
            model = zoo.build(name, x.shape[1:], seed=0)
        history = model.fit(x, epochs=2, batch_size=BATCH, validation_data=x[:BATCH], verbose=0).history
        plain = precision.in_float32(model)
        weights = {f"weight{i}": weight for i, weight in enumerate(plain.get_weights())}
        np.savez(FOLDER / f"{WHERE}{task}-{name}.npz", history=json.dumps(history), **weights)
        if name == NAMES[0] and task == 0:
            zoo.export(plain, FOLDER / f"{WHERE}-export", examples=x[:3])
    if WHERE == "worker":
        with where.scope():
            alone = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
            alone.compile("sgd", "mse")
        try:
            alone.fit(np.zeros((8, 2), "float32"), np.zeros((8, 2), "float32"), batch_size=4, verbose=0)
        except ValueError as error:
            print(f"Keras alone: ValueError: {error}")


if __name__ == "__main__":
    main()
