"""Lays a sample's label beside its values, so that what follows knows it."""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf
from keras import ops

from zoo import checks


@keras.saving.register_keras_serializable("zoo")
class LabelPlanes(keras.layers.Layer):
    """Appends the one-hot code of a label to each vector along the last axis: of a map, a plane for each class.

    Args:
        classes: How many labels there are.
        **kwargs: Keras's own.
    """

    def __init__(self, classes: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        checks.positive_integer("classes", classes)
        self.classes = classes

    def call(self, inputs: Sequence[tf.Tensor]) -> tf.Tensor:
        """Returns shape `(batch, ..., channels + classes)`.

        Args:
            inputs: Values of shape `(batch, ..., channels)`, and labels of shape `(batch,)`.
        """
        x, label = inputs
        planes = ops.one_hot(ops.cast(label, "int32"), self.classes, dtype=x.dtype)
        planes = ops.reshape(planes, (-1, *[1] * (len(x.shape) - 2), self.classes))
        return ops.concatenate([x, ops.broadcast_to(planes, (*ops.shape(x)[:-1], self.classes))], axis=-1)

    def compute_output_shape(self, input_shape: Sequence[tuple[int | None, ...]]) -> tuple[Any, ...]:
        """Returns the first input's shape with as many channels more."""
        *size, channels = input_shape[0]
        return (*size, (channels or 0) + self.classes)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        return {**super().get_config(), "classes": self.classes}
