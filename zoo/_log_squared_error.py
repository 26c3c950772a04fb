"""The squared error on a scale on which all levels of damage count alike."""

import keras
import tensorflow as tf
from keras import ops

LEAST = 1e-5  # 50 dB: below it nothing is left to be gained


@keras.saving.register_keras_serializable("zoo")
class LogSquaredError(keras.losses.Loss):
    """The logarithm of each picture's mean squared error: peak signal-to-noise ratio in another unit, and negative.

    With the error itself, pictures of much noise would have nearly all the weight among pictures of any noise.
    """

    def call(self, y_true: tf.Tensor, y_pred: tf.Tensor) -> tf.Tensor:
        """Returns losses, shape `(batch, 1, 1)`, of pictures of the shape `(batch, height, width, channels)`."""
        squares = ops.square(ops.cast(y_pred, "float32") - ops.cast(y_true, "float32"))
        return ops.log(ops.mean(squares, axis=(1, 2, 3), keepdims=True)[..., 0] + LEAST)
