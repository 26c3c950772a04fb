"""Trains a model into a folder and is killed in the middle of an epoch: `python killed_training.py MODEL FOLDER`."""

import os
import signal
import sys
from pathlib import Path

import keras
import numpy as np

import zoo
from recipes import training
from zoo.autoencoder import Autoencoder

SCHEDULES = {"k_sparse": "constant", "dropout": "cosine"}
KILLED_IN = 3


def build(name: str) -> Autoencoder:
    """Builds a small model that has a state of its own besides its weights, the same every time."""
    if name == "k_sparse":  # counts its steps: k still falls when the process is killed
        return zoo.build("k_sparse", (4, 4), latent_dim=32, k=4, anneal_steps=100, seed=1)
    weights = keras.initializers.GlorotUniform(seed=1)
    dense = [keras.layers.Dense(units, kernel_initializer=weights) for units in (8, 16)]
    drop = keras.layers.Dropout(0.5, seed=2)  # draws from a seed generator
    encoder = keras.Sequential([keras.Input((4, 4)), keras.layers.Flatten(), dense[0], drop])
    sigmoid = keras.layers.Activation("sigmoid")
    decoder = keras.Sequential([keras.Input((8,)), dense[1], keras.layers.Reshape((4, 4)), sigmoid])
    return Autoencoder(encoder, decoder, "pixels", name="dropout").compile_default(1e-2)


def train(name: str, folder: Path) -> tuple[Autoencoder, training.Progress]:
    """Trains, 25 batches an epoch, or goes on in the folder."""
    x = np.random.default_rng(0).random((200, 4, 4)).astype("float32")
    model = build(name)
    options = {"epochs": 5, "batch_size": 8, "patience": 2, "seed": 3, "schedule": SCHEDULES[name], "identity": {}}
    return model, training.fit(model, x, x[:50], folder=folder, **options)


def kill(checkpoint: training.Checkpoint, batch: int, logs: dict | None = None) -> None:
    """Kills this process where no handler can help, after some batches of the epoch."""
    if checkpoint.epoch.numpy() == KILLED_IN - 1:
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    training.Checkpoint.on_train_batch_end = kill
    train(sys.argv[1], Path(sys.argv[2]))
