"""What the project uses of Keras without Keras's promise to keep it: all of it, so that a new version is met here."""

from typing import Any

import keras
from keras.src.trainers.data_adapters.data_adapter import DataAdapter

__all__ = ["DataAdapter", "forget_losses", "learning_rate", "moments", "replace_weight"]


def moments(optimizer: keras.optimizers.Adam, variable: Any) -> tuple[keras.Variable, keras.Variable]:
    """Returns Adam's running means of a variable's gradient and of its square, each of the variable's shape."""
    index = optimizer._get_variable_index(variable)
    return optimizer._momentums[index], optimizer._velocities[index]


def learning_rate(optimizer: keras.optimizers.Optimizer) -> Any:
    """Returns the variable, among the optimizer's, that holds its learning rate; or the schedule that gives it."""
    return optimizer._learning_rate


def forget_losses(layer: keras.Layer) -> None:
    """Makes a layer forget what it has added to the loss: another replica's, where replicas share the layer."""
    layer._clear_losses()


def replace_weight(layer: keras.Layer, name: str, variable: keras.Variable) -> None:
    """Gives a built layer another layer's variable in the place of its own, which it forgets."""
    layer._tracker.unlock()  # a built layer takes no new weight otherwise
    layer._untrack_variable(getattr(layer, name))
    setattr(layer, name, variable)
    layer._tracker.lock()
