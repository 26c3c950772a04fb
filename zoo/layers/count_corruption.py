"""Corrupts counts, of which none becomes negative."""

import keras
import tensorflow as tf
from keras import ops

from zoo.layers.corruption import Corruption


@keras.saving.register_keras_serializable("zoo")
class CountCorruption(Corruption):
    """As `Corruption`, in the unit of a count: "masking" drops words of a text, whole."""

    def corrupted(self, x: tf.Tensor, seed: int | keras.random.SeedGenerator, shared: bool = False) -> tf.Tensor:
        """Returns counts corrupted, of the same shape."""
        return ops.maximum(super().corrupted(x, seed, shared), 0.0)
