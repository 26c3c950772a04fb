"""A recurrent language model: the writer of an autoencoder of sequences, of the same size, which has no code.

log p(x) is exact, since there is nothing to integrate over: what a code is worth is what it adds to this.

Paper: Mikolov et al. 2010, Recurrent neural network based language model.
"""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from zoo.families.sequences import SequenceAutoencoder, Sequences


@keras.saving.register_keras_serializable("recipes")
class Nothing(keras.layers.Layer):
    """Gives zeros, whatever it reads.

    Args:
        units: How many.
        **kwargs: Keras's own.
    """

    def __init__(self, units: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units

    def call(self, x: tf.Tensor) -> tf.Tensor:
        """Returns zeros, shape `(batch, units)`."""
        return tf.zeros((tf.shape(x)[0], self.units))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Returns `(batch, units)`."""
        return (input_shape[0], self.units)


def language_model(model: Sequences, learning_rate: float) -> SequenceAutoencoder:
    """Returns an untrained language model with a writer as large as a model's own.

    Args:
        model: An autoencoder of sequences.
        learning_rate: Adam's step size.

    Returns:
        A model to `fit`, whose score is -log p(x) in nats.
    """
    decoder = keras.models.clone_model(model.decoder)
    nothing = [keras.Input(model.sample_shape, name="x"), Nothing(decoder.input_shape[-1], name="nothing")]
    made = SequenceAutoencoder(keras.Sequential(nothing), decoder, model.kind, name="language_model")
    for new, old in zip(decoder.non_trainable_weights, model.decoder.non_trainable_weights, strict=True):
        new.assign(old)  # what a memory holds is counted, not learned
    return made.compile_default(learning_rate)
