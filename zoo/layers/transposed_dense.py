"""A dense layer that uses another one's kernel, transposed: tied weights."""

from typing import Any

import keras
import tensorflow as tf
from keras import ops

from zoo import checks
from zoo.ops import keras_internals


@keras.saving.register_keras_serializable("zoo")
class TransposedDense(keras.layers.Layer):
    """Computes `activation(x @ transpose(kernel) + bias)`: the bias is its own, the kernel the mirrored layer's.

    The kernel has the orientation of the mirrored layer's; of a mirrored layer that reads more than `units` numbers the
    first ones count. Until `tie` is called it is the layer's own, which makes it
    whole by itself; `Autoencoder` ties the decoder's to the encoder's, also after a reload.

    Args:
        units: The width of the output, the mirrored layer's input.
        mirrors: The name of the encoder's layer.
        activation: The activation's name.
        **kwargs: Keras's own.
    """

    def __init__(self, units: int, mirrors: str, activation: str = "linear", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        checks.positive_integer("units", units)
        self.units = units
        self.mirrors = mirrors
        self.activation = keras.activations.get(activation)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the kernel, shape `(units, input width)`, and the bias, shape `(units,)`."""
        self.kernel = self.add_weight(shape=(self.units, input_shape[-1]), initializer="zeros", name="kernel")
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")

    def call(self, x: tf.Tensor) -> tf.Tensor:
        """Returns shape `(batch, units)` for `x` of shape `(batch, input width)`."""
        return self.activation(ops.matmul(x, ops.transpose(self.kernel[: self.units])) + self.bias)

    def tie(self, encoder: keras.Model) -> None:
        """Takes the kernel of the mirrored layer in the place of its own."""
        keras_internals.replace_weight(self, "kernel", encoder.get_layer(self.mirrors).kernel)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Returns `(batch, units)`."""
        return (*input_shape[:-1], self.units)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        return {
            **super().get_config(),
            "units": self.units,
            "mirrors": self.mirrors,
            "activation": keras.activations.serialize(self.activation),
        }
