"""A SavedModel with one named signature for each endpoint: used anywhere, without this project and without Keras."""

from pathlib import Path

import tensorflow as tf

from zoo.autoencoder import Autoencoder

NAME = "saved_model"


def write(model: Autoencoder, target: Path) -> None:
    """Writes the model's endpoints as signatures; inputs and outputs are named, the batch is free.

    Saves a bare module of variables: `keras.export.ExportArchive` writes every variable twice.

    Args:
        model: The model.
        target: The folder to make.
    """
    module = tf.Module()
    module.variables_of_model = [variable.value for variable in model.variables]
    signatures = {
        name: tf.function(endpoint.call, input_signature=endpoint.inputs, autograph=False)
        for name, endpoint in model.endpoints().items()
    }
    tf.saved_model.save(module, str(target), signatures=signatures)
