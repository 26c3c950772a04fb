"""Keras's own format: the model with its optimizer, to go on training or to take apart."""

import json
import zipfile
from pathlib import Path

import keras

from zoo import archives, rebuilding
from zoo.autoencoder import Autoencoder

NAME = "model.keras"
CONFIG, WEIGHTS = "config.json", "model.weights.h5"  # in the file, which is a zip archive
MOST_CONFIG = 100_000_000  # bytes


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
    with zipfile.ZipFile(source) as archive:
        sizes = {member.filename: member.file_size for member in archive.infolist()}
        if sum(sizes.values()) > archives.most_of(source) or sizes.get(CONFIG, 0) > MOST_CONFIG:
            raise ValueError(f"it would unpack to {sum(sizes.values()):,} bytes")
        rebuilding.check(json.loads(archive.read(CONFIG)))
    with rebuilding.within(sizes.get(WEIGHTS, 0)):
        return keras.saving.load_model(source, safe_mode=True)
