"""Generative models without noise in the encoder: a penalty draws the codes of all samples together to the prior."""

import keras
import tensorflow as tf
from keras import ops

from zoo.autoencoder import Batch
from zoo.families.generative import Generative
from zoo.kinds import Kind
from zoo.ops import replicas


@keras.saving.register_keras_serializable("zoo")
class PriorMatching(Generative):
    """An autoencoder trained on its reconstructions, and on a penalty that compares a batch of codes with the prior.

    The loss on validation data is the reconstruction's alone: the penalty compares samples with each other, or with
    a yardstick that moves, and would there depend on the batches. It is measured there too, under its layer's name.

    Args:
        encoder: From `(batch, *input_shape)` to the code, `(batch, latent_dim)`.
        decoder: From the code to the reconstruction, `(batch, *input_shape)`.
        kind: What a sample is, as in `Autoencoder`.
        penalty: A layer from a batch of codes to a number, low where they look like draws from the prior.
        rate: The penalty's weight in the loss, at least 0.
        name: The model's name.
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        kind: str | Kind = "pixels",
        *,
        penalty: keras.Layer,
        rate: float,
        name: str | None = None,
    ) -> None:
        super().__init__(encoder, decoder, kind, name=name, penalty=penalty, rate=rate)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the penalty's weights, if it has any, and the tracker of its value."""
        self.penalty.build(self.encoder.output_shape)
        self.mismatch = keras.metrics.Mean(name=self.penalty.name)
        super().build(input_shape)

    def objective(self, batch: Batch, training: bool) -> tf.Tensor:
        """Returns the reconstruction's loss; in training, `rate` times the penalty on the codes is added."""
        code = self.encoder(batch.x, training=training)
        mismatch = self.penalty(code, training=training)
        self.mismatch.update_state(mismatch, sample_weight=ops.shape(code)[0])
        loss = super().objective(batch._replace(output=self.decoder(code, training=training)), training)
        if not training:
            return loss
        return loss + replicas.share(self.rate * mismatch)
