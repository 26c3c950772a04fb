"""What the project uses of Keras without Keras's promise to keep it: all of it, so that a new version is met here."""

from typing import Any

import keras
from keras.src.trainers.data_adapters.data_adapter import DataAdapter

__all__ = ["DataAdapter", "learning_rate", "moments"]


def moments(optimizer: keras.optimizers.Adam, variable: Any) -> tuple[keras.Variable, keras.Variable]:
    """Returns Adam's running means of a variable's gradient and of its square, each of the variable's shape."""
    index = optimizer._get_variable_index(variable)
    return optimizer._momentums[index], optimizer._velocities[index]


def learning_rate(optimizer: keras.optimizers.Optimizer) -> Any:
    """Returns the variable, among the optimizer's, that holds its learning rate; or the schedule that gives it."""
    return optimizer._learning_rate
