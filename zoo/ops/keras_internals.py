"""What the project uses of Keras without Keras's promise to keep it: all of it, so that a new version is met here."""

from typing import Any

import keras
from keras.src.trainers.data_adapters import get_data_adapter
from keras.src.trainers.data_adapters.data_adapter import DataAdapter

__all__ = [
    "DataAdapter",
    "adapter",
    "averages",
    "clipped",
    "forget_losses",
    "frozen",
    "knows",
    "layers",
    "learning_rate",
    "moments",
    "replace_weight",
    "strategy",
]


def adapter(x: Any, y: Any = None, sample_weight: Any = None, **options: Any) -> DataAdapter:
    """Returns what Keras reads data through: arrays, a `tf.data.Dataset`, a `PyDataset`, a generator and the like."""
    return get_data_adapter(x, y, sample_weight, **options)


def moments(optimizer: keras.optimizers.Adam, variable: Any) -> tuple[keras.Variable, keras.Variable]:
    """Returns Adam's running means of a variable's gradient and of its square, each of the variable's shape."""
    index = optimizer._get_variable_index(variable)
    return optimizer._momentums[index], optimizer._velocities[index]


def averages(optimizer: keras.optimizers.Optimizer) -> list[tuple[keras.Variable, keras.Variable]]:
    """Returns each variable that the optimizer was built for, and the moving average that it keeps of it."""
    return list(zip(optimizer._trainable_variables, optimizer._model_variables_moving_average, strict=True))


def knows(optimizer: keras.optimizers.Optimizer, variable: keras.Variable) -> bool:
    """Says whether the optimizer can update a variable: it is not built yet, or was built for it."""
    return not optimizer.built or optimizer._var_key(variable) in optimizer._trainable_variables_indices


def frozen(model: keras.Model) -> tuple[bool, ...]:
    """Returns of a model and of each layer in it, however deep, whether it is frozen."""
    return tuple(not layer.trainable for layer in layers(model))


def layers(model: keras.Model) -> list[keras.Layer]:
    """Returns a model and each layer in it, however deep."""
    return list(model._flatten_layers())


def learning_rate(optimizer: keras.optimizers.Optimizer) -> Any:
    """Returns the variable, among the optimizer's, that holds its learning rate; or the schedule that gives it."""
    return optimizer._learning_rate


def clipped(optimizer: keras.optimizers.Optimizer, gradients: list[Any]) -> list[Any]:
    """Returns gradients as the optimizer clips them; None stays None."""
    return list(optimizer._clip_gradients(gradients))


def forget_losses(layer: keras.Layer) -> None:
    """Makes a layer forget what it has added to the loss: another replica's, where replicas share the layer."""
    layer._clear_losses()


def strategy(model: keras.Model) -> Any:
    """Returns the strategy of TensorFlow's that a model was built within; None if it was within none."""
    return model._distribute_strategy


def replace_weight(layer: keras.Layer, name: str, variable: keras.Variable) -> None:
    """Gives a built layer another layer's variable in the place of its own, which it forgets."""
    layer._tracker.unlock()  # a built layer takes no new weight otherwise
    layer._untrack_variable(getattr(layer, name))
    setattr(layer, name, variable)
    layer._tracker.lock()
