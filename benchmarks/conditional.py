"""Measures how often a conditional VAE's samples are read as what was asked for, by a classifier of real digits.

    python -m benchmarks.conditional --data data/mnist      # 10 minutes on 2 cores

The classifier, a small convolutional network, learns from the training digits, and its own error on the test digits is
stated beside. The VAE learns from the same digits; nothing of it was chosen on the test digits.
"""

import dataclasses
import json
import shlex
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tyro

from benchmarks import _machine
from zoo import quiet


@dataclass(frozen=True)
class Config:
    """The benchmark's options."""

    data: str = "data/mnist"
    """As the MNIST recipe's --data."""
    samples: int = 1000
    """Samples of each label."""
    epochs: int = 20
    """Epochs of the VAE."""
    classifier_epochs: int = 6
    """Epochs of the classifier."""
    latent_dim: int = 10
    """The code's length."""
    beta: float = 4.0
    """The weight of the divergence from the prior: the higher, the more draws look like what training saw."""
    hidden_units: tuple[int, ...] = (400, 400)
    """Widths of the VAE's hidden layers."""
    learning_rate: float = 2e-3
    """Adam's step size at first; along half a cosine down to 0."""
    seed: int = 0
    """Of the weights, the order of the digits and the samples."""
    out: Path = Path("benchmarks/results/conditional.json")
    """Where the result goes."""


def run(config: Config) -> dict[str, Any]:
    """Trains both and measures.

    Args:
        config: The options.

    Returns:
        What is written into `config.out`: the share of samples read as their label, of each label, of all and the
        least; the classifier's accuracy on validation and test digits; and the VAE's bound on validation digits.
    """
    import keras

    import zoo
    from recipes.data import sources

    keras.utils.set_random_seed(config.seed)
    began = time.perf_counter()
    splits = sources.load(config.data, seed=config.seed)
    train, validation = splits.train, splits.validation
    classes = len(splits.labels)
    judge = classifier(splits.shape, classes, config.learning_rate)
    judge.fit(train.x, train.y, epochs=config.classifier_epochs, batch_size=128, verbose=2)
    accuracy = {name: float(np.mean(read(judge, splits[name].x) == splits[name].y)) for name in ("validation", "test")}
    options = {name: getattr(config, name) for name in ("latent_dim", "beta", "hidden_units", "learning_rate", "seed")}
    model = zoo.build("vae", splits.shape, classes=classes, activation="relu", **options)
    cosine = keras.optimizers.schedules.CosineDecay(config.learning_rate, config.epochs)
    schedule = keras.callbacks.LearningRateScheduler(lambda epoch, _: float(cosine(epoch)))
    history = model.fit(
        train.x,
        train.y,
        validation_data=(validation.x, validation.y),
        epochs=config.epochs,
        batch_size=256,
        callbacks=[schedule],
        verbose=2,
    ).history
    shares = [
        float(np.mean(read(judge, model.sample(config.samples, config.seed + label, label=label)) == label))
        for label in range(classes)
    ]
    return {
        "command": shlex.join(["python", "-m", "benchmarks.conditional", *sys.argv[1:]]),
        "protocol": {**dataclasses.asdict(config), "out": str(config.out)},
        "machine": _machine.described(),
        "data": {"source": splits.source, "split": splits.split, "checksum": splits.checksum},
        "classifier_accuracy": accuracy,
        "read_as_asked": {"mean": float(np.mean(shares)), "least": min(shares), "by_label": shares},
        "validation": {key: float(values[-1]) for key, values in history.items() if key.startswith("val_")},
        "seconds": time.perf_counter() - began,
    }


def classifier(shape: tuple[int, ...], classes: int, learning_rate: float) -> Any:
    """Makes a small convolutional classifier of grey pictures."""
    import keras
    from keras import layers

    model = keras.Sequential(
        [
            keras.Input(shape),
            layers.Reshape((*shape, 1)),
            layers.Conv2D(16, 5, strides=2, activation="relu"),
            layers.Conv2D(32, 3, strides=2, activation="relu"),
            layers.Flatten(),
            layers.Dropout(0.3),
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.3),
            layers.Dense(classes),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(learning_rate / 2), loss)
    return model


def read(judge: Any, x: np.ndarray) -> np.ndarray:
    """Returns the label that the classifier gives each picture, shape `(n,)`."""
    return judge.predict(x, batch_size=1000, verbose=0).argmax(axis=1)


if __name__ == "__main__":
    quiet.start()
    config = tyro.cli(Config, description=__doc__)
    found = run(config)
    config.out.parent.mkdir(parents=True, exist_ok=True)
    config.out.write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    print(json.dumps(found["read_as_asked"] | {"classifier": found["classifier_accuracy"]}, indent=2))
