"""Keras's own format: the model with its optimizer, to go on training or to take apart."""

from pathlib import Path

from zoo.autoencoder import Autoencoder

NAME = "model.keras"


def write(model: Autoencoder, target: Path) -> None:
    """Writes the model as it is.

    Args:
        model: The model.
        target: The file to make.
    """
    model.save(target)
