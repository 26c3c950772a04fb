"""Keras's own format: the model with its optimizer, to go on training or to take apart."""

from pathlib import Path

import keras

from zoo.autoencoder import Autoencoder

NAME = "model.keras"


def write(model: Autoencoder, target: Path) -> None:
    """Writes the model as it is.

    Args:
        model: The model.
        target: The file to make.
    """
    model.save(target)


def readable(source: Path) -> bool:
    """Says whether there is such a file."""
    return source.is_file()


def read(source: Path) -> Autoencoder:
    """Loads the model with its optimizer, and runs no code from the file.

    Args:
        source: The file that was written.

    Raises:
        Exception: Whatever Keras raises for damaged files.
    """
    return keras.saving.load_model(source, safe_mode=True)
