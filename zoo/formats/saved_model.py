"""A SavedModel with one named signature for each endpoint: used anywhere, without this project and without Keras.

Beside what TensorFlow writes lies the model's configuration, in the place that TensorFlow keeps for others, so that the
Keras model comes back with the weights that are there anyway.
"""

import json
import math
import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from zoo import rebuilding
from zoo.autoencoder import Autoencoder
from zoo.checks import UsageError

NAME = "saved_model"
CONFIG = "assets.extra/model.json"
VARIABLES = "variables/variables"
VARIABLE = re.compile(r"variables_of_model/\d+/\.ATTRIBUTES/VARIABLE_VALUE")


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
    config = target / CONFIG
    config.parent.mkdir()
    config.write_text(json.dumps(keras.saving.serialize_keras_object(model)), "utf-8")


def readable(source: Path) -> bool:
    """Says whether a SavedModel has the model's configuration in it."""
    return (source / CONFIG).is_file()


def read(source: Path) -> Autoencoder:
    """Makes the model from its configuration, and gives it the SavedModel's variables; runs nothing of its graph.

    Args:
        source: The folder that was written.

    Raises:
        Exception: Whatever Keras and TensorFlow raise for damaged files.
    """
    config = json.loads((source / CONFIG).read_text("utf-8"))
    rebuilding.check(config)
    with rebuilding.within(stored(source)):
        model = keras.saving.deserialize_keras_object(config, safe_mode=True)
    read_variables(model, source)
    return model


def stored(source: Path) -> int:
    """Returns how many bytes a SavedModel's variables have."""
    variables = tf.train.load_checkpoint(str(source / VARIABLES))
    shapes, types = variables.get_variable_to_shape_map(), variables.get_variable_to_dtype_map()
    return sum(math.prod(shapes[name]) * types[name].size for name in shapes)


def read_variables(model: Autoencoder, source: Path) -> None:
    """Gives a model a SavedModel's variables; those of one shape and type in the order in which they were written.

    Raises:
        UsageError: If there are more, fewer or others.
    """
    stored = tf.train.load_checkpoint(str(source / VARIABLES))
    shapes, types = stored.get_variable_to_shape_map(), stored.get_variable_to_dtype_map()
    left: dict[tuple[Any, ...], list[str]] = defaultdict(list)  # where a seed generator comes has changed
    for name in sorted((name for name in shapes if VARIABLE.fullmatch(name)), key=_place):
        left[types[name].name, tuple(shapes[name])].append(name)
    wanted = [(variable.dtype, tuple(variable.shape)) for variable in model.variables]
    if Counter(wanted) != {key: len(names) for key, names in left.items()}:
        raise UsageError(f"{source} holds the variables of another model than its configuration's.")
    for variable, key in zip(model.variables, wanted, strict=True):
        variable.assign(stored.get_tensor(left[key].pop(0)))


def _place(name: str) -> int:
    """Returns a variable's place among those that were written."""
    return int(name.split("/")[1])
