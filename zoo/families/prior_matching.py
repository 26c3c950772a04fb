"""Generative models without noise in the encoder: a penalty draws the codes of all samples together to the prior."""

from typing import Any

import keras
import tensorflow as tf
from keras import ops

from zoo.families.generative import Generative


@keras.saving.register_keras_serializable("zoo")
class PriorMatching(Generative):
    """An autoencoder trained on its reconstructions, and on a penalty that compares a batch of codes with the prior.

    The loss on validation data is the reconstruction's alone: the penalty compares samples with each other, or with
    a yardstick that moves, and would there depend on the batches. It is measured there too, under its layer's name.

    Args:
        encoder: From `(batch, *input_shape)` to the code, `(batch, latent_dim)`.
        decoder: From the code to the reconstruction, `(batch, *input_shape)`.
        output: "pixels" in [0, 1], or "real" numbers.
        penalty: A layer from a batch of codes to a number, low where they look like draws from the prior.
        rate: The penalty's weight in the loss, at least 0.
        name: The model's name.
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        output: str = "pixels",
        *,
        penalty: keras.Layer,
        rate: float,
        name: str | None = None,
    ) -> None:
        self.rate = rate
        self._penalty = penalty  # before all else: the base class ends with `build`, which keeps track of it
        super().__init__(encoder, decoder, output, name=name)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the penalty's weights, if it has any, and the tracker of its value."""
        self.penalty = self._penalty
        self.penalty.build(self.encoder.output_shape)
        self.mismatch = keras.metrics.Mean(name=self.penalty.name)
        super().build(input_shape)

    def get_config(self) -> dict[str, Any]:
        """Returns what `from_config` needs."""
        penalty = keras.saving.serialize_keras_object(self.penalty)
        return {**super().get_config(), "penalty": penalty, "rate": self.rate}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "PriorMatching":
        """Makes the model again from `get_config`'s dictionary."""
        return super().from_config({**config, "penalty": keras.saving.deserialize_keras_object(config["penalty"])})

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> tf.Tensor:
        """Returns the reconstruction's loss; in training, `rate` times the penalty on the codes is added."""
        code = self.encoder(x, training=training)
        mismatch = self.penalty(code, training=training)
        self.mismatch.update_state(mismatch, sample_weight=ops.shape(code)[0])
        loss = super().compute_loss(x, y, self.decoder(code, training=training), sample_weight, training)
        if not training:
            return loss
        # The optimizer adds replicas' gradients up.
        return loss + self.rate * mismatch / tf.distribute.get_strategy().num_replicas_in_sync
