"""A SavedModel with one named signature for each endpoint: used anywhere, without this project and without Keras."""

from pathlib import Path

import tensorflow as tf

from zoo.autoencoder import Autoencoder

NAME = "saved_model"


def write(model: Autoencoder, target: Path, pixel_max: float) -> None:
    """Writes the model's endpoints as signatures; inputs and outputs are named, the batch is free.

    Saves a bare module of variables: `keras.export.ExportArchive` writes every variable twice.

    Args:
        model: The model.
        target: The folder to make.
        pixel_max: The largest value of a raw pixel.
    """
    module = tf.Module()
    module.variables_of_model = [variable.value for variable in model.variables]
    signatures = {
        name: tf.function(endpoint.call, input_signature=endpoint.inputs, autograph=False)
        for name, endpoint in model.endpoints(pixel_max).items()
    }
    tf.saved_model.save(module, str(target), signatures=signatures)
