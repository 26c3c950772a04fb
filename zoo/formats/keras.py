"""Keras's own format: the model with its optimizer, to go on training or to take apart. It is trained on [0, 1]."""

from pathlib import Path

from zoo.autoencoder import Autoencoder

NAME = "model.keras"


def write(model: Autoencoder, target: Path, pixel_max: float) -> None:
    """Writes the model as it is; `pixel_max` does not enter, since the model takes scaled values.

    Args:
        model: The model.
        target: The file to make.
        pixel_max: The largest value of a raw pixel.
    """
    model.save(target)
