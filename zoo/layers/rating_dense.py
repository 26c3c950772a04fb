"""The first layer of a network that reads ratings: what is unrated adds nothing."""

import math
from typing import Any

import keras
import tensorflow as tf
from keras import ops

from zoo.ops import sparse_products


@keras.saving.register_keras_serializable("zoo")
class RatingDense(keras.layers.Layer):
    """A dense layer of ratings: y = f(sqrt(t / n) sum_i ((r_i - m) / half w_i + v_i) + b) over a row's n ratings r_i.

    The weights v, of the "mask channel", mark what is rated. The root keeps rows of few and of many
    ratings in the activation's range. The mean m and the typical number t of ratings are not trained: whoever builds
    the model sets them from its ratings. Dense and sparse rows give the same.

    Args:
        units: How many outputs.
        half: Half the scale's width, in stars.
        mask_channel: Whether there are weights v.
        activation: The activation f.
        seed: Seed of the initial weights.
        **kwargs: Keras's own.
    """

    def __init__(
        self,
        units: int,
        half: float = 2.0,
        mask_channel: bool = True,
        activation: str = "sigmoid",
        seed: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.half = half
        self.mask_channel = mask_channel
        self.activation = keras.activations.get(activation)
        self.seed = seed

    def build(self, input_shape: tuple[Any, ...]) -> None:
        """Makes the kernels, each of shape `(columns, units)`, the bias, and what is not trained."""
        shape = (input_shape[-1], self.units)
        limit = math.sqrt(6 / (shape[0] * (1 + self.mask_channel) + self.units))  # Glorot's, of both channels together
        first = [keras.initializers.RandomUniform(-limit, limit, seed=self.seed + i) for i in (0, 1)]
        self.kernel = self.add_weight(shape=shape, initializer=first[0], name="kernel")
        if self.mask_channel:
            self.mask_kernel = self.add_weight(shape=shape, initializer=first[1], name="mask_kernel")
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")
        untrained = {"shape": (), "trainable": False, "autocast": False}
        self.mean = self.add_weight(initializer="zeros", name="mean", **untrained)
        self.typical = self.add_weight(initializer="ones", name="typical", **untrained)

    def call(self, x: tf.Tensor | tf.SparseTensor, weights: tf.Tensor | None = None) -> tf.Tensor:
        """Returns `(batch, units)` of rows `(batch, columns)`; 0 or NaN is no rating.

        Args:
            x: The rows, dense or sparse.
            weights: What each rating weighs, such as 0 if it is dropped; the shape of `x`, or of its values.
        """
        is_sparse = isinstance(x, tf.SparseTensor)
        ratings = ops.cast(x.values if is_sparse else x, "float32")
        rated = tf.ones_like(ratings) if is_sparse else ops.cast(x > 0, "float32")
        if is_sparse:
            count = tf.math.unsorted_segment_sum(rated, x.indices[:, 0], x.dense_shape[0])[:, None]
        else:
            count = ops.sum(rated, axis=-1, keepdims=True)
        rated = rated if weights is None else rated * ops.cast(weights, "float32")
        values = ops.where(ratings > 0, (ratings - self.mean) / self.half, 0.0) * rated

        def times(channel: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
            if is_sparse:
                return sparse_products.product(x.with_values(channel), ops.cast(kernel, "float32"))
            return ops.matmul(ops.cast(channel, kernel.dtype), kernel)

        product = times(values, tf.convert_to_tensor(self.kernel))
        if self.mask_channel:
            product = product + times(rated, tf.convert_to_tensor(self.mask_kernel))
        root = ops.cast(ops.sqrt(self.typical / ops.maximum(count, 1.0)), product.dtype)
        return self.activation(root * product + ops.cast(self.bias, product.dtype))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Returns `(batch, units)`."""
        return (input_shape[0], self.units)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        return {
            **super().get_config(),
            "units": self.units,
            "half": self.half,
            "mask_channel": self.mask_channel,
            "activation": keras.activations.serialize(self.activation),
            "seed": self.seed,
        }
